package io.gradus.jobs.calibrate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Moments of one criterion by source, a batch of rows at a time: within the batch from the
 * definition, first the means and then the squared differences from them.
 */
final class SourceMoments {
  private final List<ScoreMoments> moments = new ArrayList<>();

  // Of one batch, by source; and the sources that are met in it.
  private int[] met = new int[0];
  private int[] documents = new int[0];
  private int[] missing = new int[0];
  private double[] first = new double[0];
  private double[] mean = new double[0];
  private double[] squares = new double[0];

  /**
   * Adds the rows of a batch.
   *
   * @param scores NaN where there is none
   * @param size how many rows of the arrays count
   * @param count how many sources are known: all numbers of sources are less
   */
  void add(int[] sources, double[] scores, int size, int count) {
    grow(count);
    if (met.length < size) {
      met = new int[size];
    }
    int sourcesMet = 0;
    for (int row = 0; row < size; row++) {
      int source = sources[row];
      if (documents[source] + missing[source] == 0) {
        met[sourcesMet++] = source;
      }
      double score = scores[row];
      if (Double.isNaN(score)) {
        missing[source]++;
      } else {
        if (documents[source]++ == 0) {
          first[source] = score;
        }
        // Sums start at the first score, so that the mean of equal scores is that very score.
        mean[source] += score - first[source];
      }
    }
    for (int i = 0; i < sourcesMet; i++) {
      int source = met[i];
      if (documents[source] > 0) {
        mean[source] = first[source] + mean[source] / documents[source];
      }
    }
    for (int row = 0; row < size; row++) {
      double score = scores[row];
      if (!Double.isNaN(score)) {
        double difference = score - mean[sources[row]];
        squares[sources[row]] += difference * difference;
      }
    }
    for (int i = 0; i < sourcesMet; i++) {
      merge(met[i]);
    }
  }

  private void merge(int source) {
    moments.get(source).addMissing(missing[source]);
    moments.get(source).merge(documents[source], mean[source], squares[source]);
    documents[source] = 0;
    missing[source] = 0;
    mean[source] = 0;
    squares[source] = 0;
  }

  private void grow(int count) {
    if (count > documents.length) {
      int length = Math.max(count, 2 * documents.length);
      documents = Arrays.copyOf(documents, length);
      missing = Arrays.copyOf(missing, length);
      first = Arrays.copyOf(first, length);
      mean = Arrays.copyOf(mean, length);
      squares = Arrays.copyOf(squares, length);
    }
    while (moments.size() < count) {
      moments.add(new ScoreMoments());
    }
  }

  ScoreMoments of(int source) {
    return moments.get(source);
  }

  /** All sources together, merged in the order of their numbers. */
  ScoreMoments overall() {
    ScoreMoments overall = new ScoreMoments();
    moments.forEach(overall::merge);
    return overall;
  }
}
