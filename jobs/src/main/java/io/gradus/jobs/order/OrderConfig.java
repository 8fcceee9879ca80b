package io.gradus.jobs.order;

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

  /** Reads the section. */
  public static OrderConfig read(Section section) {
    Shape shape = ShapeReader.read(section, "shape", new Ascending());
    Within within = section.choice("within", Within.SOURCE);
    section.finish();
    return new OrderConfig(shape, within);
  }
}
