package io.gradus.jobs.sweep;

import java.util.List;
import java.util.Map;

/**
 * What a sweep found; the content of {@code sweep.json}.
 *
 * @param documents rated documents
 * @param tokens their tokens
 * @param estimateDocuments how many of them were looked at to estimate diversity
 * @param maxRepeats how often a document may be taken
 * @param qualityWeights the weights of the score by whose percentile quality is measured
 * @param criteria all criteria, in the order of {@link Figures#criteria}
 * @param corpus the figures of everything that is rated
 * @param settings in the order of mix, temperature, quotas and budget
 */
public record SweepReport(
    long documents,
    long tokens,
    long estimateDocuments,
    int maxRepeats,
    Map<String, Double> qualityWeights,
    List<String> criteria,
    Corpus corpus,
    List<Setting> settings) {

  /** Everything that is rated. */
  public record Corpus(
      double sourceEntropy, double topicEntropy, List<Criterion> criteria, List<Share> sources) {}

  /**
   * One setting.
   *
   * @param number from 0
   * @param temperature 0 for the best, infinity for a uniform draw
   * @param quotas such as {@code none} or {@code proportional by source}
   * @param budget as it is configured, such as {@code 10%} or {@code 30B}
   * @param budgetTokens what that is
   * @param current whether the configuration selects so now
   * @param front whether no setting with the same budget has as much quality and more diversity, or
   *     as much diversity and more quality
   * @param impossible why it cannot be done; null where it can
   * @param figures null where it cannot be done
   */
  public record Setting(
      int number,
      String mix,
      Map<String, Double> weights,
      double temperature,
      String quotas,
      String budget,
      long budgetTokens,
      boolean current,
      boolean front,
      String impossible,
      Figures figures) {

    Setting withFront(boolean isOnFront) {
      return new Setting(
          number,
          mix,
          weights,
          temperature,
          quotas,
          budget,
          budgetTokens,
          current,
          isOnFront,
          impossible,
          figures);
    }
  }

  /**
   * What a setting selects.
   *
   * @param tokens all copies counted
   * @param documents all copies counted
   * @param distinctDocuments each counted once
   * @param repeats copies of a selected document on average
   * @param quality the mean percentile of the quality score over tokens, from 0 to 1; the corpus
   *     has 0.5
   * @param diversity the effective number of documents as a share of all, from 0 to 1
   * @param diversityError its standard error; 0 where all documents were looked at
   * @param effectiveDocuments the effective number of documents
   * @param sourceEntropy of token shares, in bits
   * @param sourceDivergence Jensen-Shannon divergence of token shares from the corpus's, in bits
   * @param topicEntropy the same by topic; 0 without topics
   * @param topicDivergence the same by topic; 0 without topics
   * @param topOverlap the share of the tokens that the same mix, quotas and budget also take at the
   *     temperature 0
   * @param uniformOverlap the same at infinity
   * @param shortGroups how many groups have fewer tokens than their quota
   * @param criteria by criterion
   * @param sources tokens by source, the largest first; {@code sources/} has all of them
   * @param topics tokens by topic, the largest first; {@code topics/} has all of them
   */
  public record Figures(
      long tokens,
      long documents,
      long distinctDocuments,
      double repeats,
      double quality,
      double diversity,
      double diversityError,
      double effectiveDocuments,
      double sourceEntropy,
      double sourceDivergence,
      double topicEntropy,
      double topicDivergence,
      double topOverlap,
      double uniformOverlap,
      int shortGroups,
      List<Criterion> criteria,
      List<Share> sources,
      List<Share> topics) {}

  /**
   * Ratings by one criterion, over tokens.
   *
   * @param tokens those that are rated
   * @param mean 0 without tokens
   * @param meanError how far it is off at most
   * @param quantiles at the shares of {@link #QUANTILES}
   * @param quantileError how far these are off at most
   */
  public record Criterion(
      String name,
      long tokens,
      double mean,
      double meanError,
      List<Double> quantiles,
      double quantileError) {}

  /** A source's or topic's tokens. */
  public record Share(String name, long tokens) {}

  /** The shares of tokens at which ratings are told. */
  public static final List<Double> QUANTILES = List.of(0.05, 0.25, 0.5, 0.75, 0.95);
}
