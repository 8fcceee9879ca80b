package io.gradus.common.table;

import java.util.List;
import java.util.Map;

/**
 * The curriculum in short, as {@code profile.json} beside the order's table: equal stretches of
 * tokens in reading order.
 *
 * @param shape the order's shape
 * @param within what quantiles were taken within: {@code source} or {@code overall}
 * @param tokens tokens of the whole curriculum, without end-of-text
 * @param documents rows of the whole curriculum
 * @param bins at most 200 stretches, in reading order
 */
public record CurriculumProfile(
    String shape, String within, long tokens, long documents, List<Bin> bins) {
  public static final String FILE = "profile.json";

  /**
   * One stretch of the curriculum.
   *
   * @param firstToken the token offset at which the stretch begins
   * @param tokens how many lie in it
   * @param documents how many documents begin in it
   * @param meanScore mean of the score, weighted by tokens
   * @param meanQuantile mean of the quantile, weighted by tokens
   * @param tokensBySource tokens by source
   */
  public record Bin(
      long firstToken,
      long tokens,
      long documents,
      double meanScore,
      double meanQuantile,
      Map<String, Long> tokensBySource) {}
}
