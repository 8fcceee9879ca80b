package io.gradus.jobs.order;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import io.gradus.common.configuration.Section;

/**
 * The section {@code order}.
 *
 * @param shape in which order the ranked documents are read
 * @param within what a document's quantile is its rank in
 */
public record OrderConfig(Shape shape, Within within) {

  /** What a document's quantile is its rank in. */
  public enum Within {
    /** Its source, so that the mixture of sources stays constant along the curriculum. */
    SOURCE,
    /** The whole selection. */
    OVERALL
  }

  private static final Key<Shape> SHAPE =
      ShapeReader.key(
              "shape",
              "ascending",
              "In which order the ranked documents are read: `"
                  + String.join("`, `", ShapeReader.names())
                  + "`, or a list of phases.")
          .with(ShapeReader.settings());
  private static final Key<Within> WITHIN =
      Key.choice(
          "within",
          Within.SOURCE,
          "What a document's quantile is its rank in: its source, so that the mixture stays constant,"
              + " or the whole selection.");

  /** The keys of the section. */
  public static final Keys KEYS = Keys.of(SHAPE, WITHIN);

  /** Reads the section. */
  public static OrderConfig read(Section section) {
    OrderConfig config = new OrderConfig(section.read(SHAPE), section.read(WITHIN));
    section.finish(KEYS);
    return config;
  }
}
