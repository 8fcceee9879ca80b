package io.gradus.jobs.calibrate;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;

/**
 * The section {@code calibrate}.
 *
 * @param percentilePoints P: scores are joined to points of at most 1/P of the tokens each, as far
 *     as cells allow
 */
public record CalibrateConfig(int percentilePoints) {

  /** Reads the section. */
  public static CalibrateConfig read(Section section) {
    int points = (int) section.count("percentile-points", 4096, new Range(16, 65_536));
    section.finish();
    return new CalibrateConfig(points);
  }
}
