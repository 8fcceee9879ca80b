package io.gradus.jobs.rate;

import java.util.List;

/** One rater as the configuration names it. */
public sealed interface RaterConfig {
  /** Put before the name of each of the rater's criteria; empty by default. */
  String prefix();

  /**
   * A rater bundle.
   *
   * @param bundle {@code builtin}, or a folder's path or URI
   */
  record Bundle(String bundle, String prefix) implements RaterConfig {
    static final String BUILTIN = "builtin";
  }

  /**
   * Measures of the text itself, without a model.
   *
   * @param criteria the measures, by the names of {@link Statistic}
   */
  record Statistics(List<String> criteria, String prefix) implements RaterConfig {}
}
