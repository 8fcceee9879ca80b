package io.gradus.common.table;

import java.util.Map;

/**
 * What readers of the calibration need to know beside its rows: {@code criterion}, the source (null
 * for all together), {@code documents}, {@code missing}, {@code tokens}, {@code mean}, {@code
 * standard_deviation}, {@code minimum}, {@code maximum}, and the percentiles by token mass as
 * steps: {@code lowers}, {@code percentiles}, {@code rank_error}.
 *
 * @param overall the moments of each criterion over all sources
 * @param sources how many sources there are
 */
public record CalibrationTable(Map<String, Moments> overall, long sources) {
  public static final String CRITERION = "criterion";
  public static final String DOCUMENTS = "documents";
  public static final String MISSING = "missing";
  public static final String MEAN = "mean";
  public static final String STANDARD_DEVIATION = "standard_deviation";
  public static final String MINIMUM = "minimum";
  public static final String MAXIMUM = "maximum";

  /** Training tokens of the documents that have a score. */
  public static final String TOKENS = "tokens";

  /** The least score of each step, ascending: an array of doubles. */
  public static final String LOWERS = "lowers";

  /** The percentile of scores on each step: an array of doubles from 0 to 1. */
  public static final String PERCENTILES = "percentiles";

  /** How far a percentile is at most from the exact mid-rank by token mass. */
  public static final String RANK_ERROR = "rank_error";

  /**
   * Moments of one criterion, each document counted once.
   *
   * @param documents documents that have a score
   * @param missing documents that have none
   * @param mean arithmetic mean; 0 without documents
   * @param standardDeviation of the population; 0 without documents
   * @param minimum the least score; 0 without documents
   * @param maximum the greatest score; 0 without documents
   * @param quantiles scores at the shares 0.05, 0.25, 0.5, 0.75 and 0.95, each off by at most about
   *     2^-13 * (1 + its magnitude)
   */
  public record Moments(
      long documents,
      long missing,
      double mean,
      double standardDeviation,
      double minimum,
      double maximum,
      Map<String, Double> quantiles) {}
}
