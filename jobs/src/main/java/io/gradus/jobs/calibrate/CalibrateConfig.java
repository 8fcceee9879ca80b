package io.gradus.jobs.calibrate;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;

/**
 * The section {@code calibrate}.
 *
 * @param sketchSize the sketches' size parameter k, even: the larger, the finer and the larger
 */
public record CalibrateConfig(int sketchSize) {

  /** Reads the section. */
  public static CalibrateConfig read(Section section) {
    int sketchSize = (int) section.count("sketch-size", 64, new Range(4, 1024));
    if (sketchSize % 2 == 1) {
      section.problem("sketch-size", "'" + sketchSize + "' must be even");
    }
    section.finish();
    return new CalibrateConfig(sketchSize);
  }
}
