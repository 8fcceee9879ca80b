package io.gradus.jobs.verify;

import com.fasterxml.jackson.annotation.JsonValue;
import io.gradus.common.configuration.Section;

/** What is checked. */
public enum Check {
  /** Every file that the manifest names is there, as long as it says. */
  FILES,
  /** Every file has the SHA-256 that the manifest says. */
  CHECKSUMS,
  /** Headers, offsets, lengths and indices say where the tokens are. */
  STRUCTURE,
  /** The tokens of each document have its hash. */
  TOKENS,
  /** One end-of-text stands after each document. */
  END_OF_TEXT,
  /** The last sequence ends with as much end-of-text as stated. */
  PADDING,
  /** Every row of the order is there once; positions and offsets are contiguous from 0. */
  ORDER,
  /** An ascending order never falls, a descending one never rises. */
  QUALITY;

  @JsonValue
  public String label() {
    return Section.name(this);
  }
}
