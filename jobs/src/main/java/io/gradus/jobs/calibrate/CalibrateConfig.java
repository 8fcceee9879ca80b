package io.gradus.jobs.calibrate;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;

/**
 * The section {@code calibrate}.
 *
 * @param percentilePoints P: scores are joined to points of at most 1/P of the tokens each, as far
 *     as cells allow
 */
public record CalibrateConfig(int percentilePoints) {
  private static final Key<Integer> PERCENTILE_POINTS =
      Key.integer(
          "percentile-points",
          4096,
          new Range(16, 65_536),
          "Scores are joined to points of at most one part in so many of the tokens each.");

  /** The keys of the section. */
  public static final Keys KEYS = Keys.of(PERCENTILE_POINTS);

  /** Reads the section. */
  public static CalibrateConfig read(Section section) {
    CalibrateConfig config = new CalibrateConfig(section.read(PERCENTILE_POINTS));
    section.finish(KEYS);
    return config;
  }
}
