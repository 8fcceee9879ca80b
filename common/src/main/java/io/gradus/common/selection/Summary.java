package io.gradus.common.selection;

import java.io.Serializable;
import java.util.Optional;

/**
 * One criterion's scores in one source or overall.
 *
 * @param documents documents that have a score
 * @param missing documents that have none
 * @param tokens training tokens of the documents that have a score
 * @param mean each document counted once; 0 without documents
 * @param standardDeviation of the population; 0 without documents
 * @param minimum the least score; 0 without documents
 * @param maximum the greatest score; 0 without documents
 * @param percentiles null if they were not asked for
 */
public record Summary(
    long documents,
    long missing,
    long tokens,
    double mean,
    double standardDeviation,
    double minimum,
    double maximum,
    PercentileTable percentiles)
    implements Serializable {

  /** What there is to say of no documents. */
  static final Summary NONE =
      new Summary(0, 0, 0, 0, 0, 0, 0, PercentileTable.of(new double[0], new double[0]));

  /** A score's percentile by token mass, from 0 to 1. */
  public double percentile(double score) {
    return Optional.ofNullable(percentiles)
        .orElseThrow(() -> new IllegalStateException("Percentiles were not loaded"))
        .percentile(score);
  }
}
