package io.gradus.jobs.sweep;

import java.util.Arrays;

/** How far a selection is spread. All logarithms are to the base 2. */
final class Diversity {
  private Diversity() {}

  /** Shannon's entropy of shares in proportion to counts, in bits; 0 without counts. */
  static double entropy(long[] counts) {
    double total = total(counts);
    double entropy = 0;
    for (long count : counts) {
      entropy += surprise(count / total);
    }
    return total == 0 ? 0 : entropy;
  }

  /**
   * The Jensen-Shannon divergence of two distributions in proportion to counts, in bits: 0 for
   * equal ones, 1 for those that have nothing in common (Lin 1991). 0 where one has no counts.
   */
  static double divergence(long[] counts, long[] others) {
    double total = total(counts);
    double totalOfOthers = total(others);
    if (total == 0 || totalOfOthers == 0) {
      return 0;
    }
    double divergence = 0;
    for (int i = 0; i < counts.length; i++) {
      double share = counts[i] / total;
      double other = others[i] / totalOfOthers;
      divergence += surprise((share + other) / 2) - (surprise(share) + surprise(other)) / 2;
    }
    return Math.max(0, Math.min(1, divergence));
  }

  private static double surprise(double share) {
    return share > 0 ? -share * Math.log(share) / Math.log(2) : 0;
  }

  private static double total(long[] counts) {
    return Arrays.stream(counts).asDoubleStream().sum();
  }

  /**
   * The effective number of documents as a share of all documents, and its standard error.
   *
   * @param share from 0 to 1
   * @param error 0 where all documents were looked at
   */
  record Effective(double share, double error) {}

  /** The same where every document's copies are certain, from their sum and that of squares. */
  static Effective certain(long copies, long squaredCopies, long documents) {
    return squaredCopies == 0
        ? new Effective(0, 0)
        : new Effective((double) copies / squaredCopies * copies / documents, 0);
  }

  /**
   * {@code (sum p)^2 / sum p^2} over the documents' expected copies p, as a share of all documents
   * (Kish 1965): the share of as many documents, each as likely as any other. The error is that of
   * the delta method for a sample without replacement.
   *
   * @param means of p, p^2, p^3 and p^4 over the documents that were looked at
   * @param sampled how many were looked at
   * @param documents how many there are
   */
  static Effective effective(double[] means, long sampled, long documents) {
    if (means[1] == 0) {
      return new Effective(0, 0);
    }
    double share = means[0] * means[0] / means[1];
    double variance =
        4 * means[1] / (means[0] * means[0])
            + means[3] / (means[1] * means[1])
            - 4 * means[2] / (means[0] * means[1])
            - 1;
    double left = Math.max(0, 1 - (double) sampled / documents);
    return new Effective(share, share * Math.sqrt(Math.max(0, variance) * left / sampled));
  }
}
