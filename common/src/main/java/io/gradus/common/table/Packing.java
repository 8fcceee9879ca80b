package io.gradus.common.table;

import com.fasterxml.jackson.annotation.JsonValue;
import io.gradus.common.configuration.Section;

/** How documents are put into sequences. */
public enum Packing {
  /**
   * One document after the other, each cut where a sequence ends: no padding but at the very end.
   */
  CONCATENATE,
  /**
   * Documents are cut only where they are longer than a sequence, and put into sequences by
   * best-fit-decreasing within windows of consecutive documents (Ding et al., Fewer Truncations
   * Improve Language Modeling, arXiv 2404.10830, section 3). What is left of a sequence is padding.
   */
  BEST_FIT;

  /** The mode's name in configuration files and manifests. */
  @JsonValue
  public String label() {
    return Section.name(this);
  }
}
