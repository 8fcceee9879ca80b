package io.gradus.jobs.ingest;

import io.gradus.common.configuration.Section;
import java.util.Arrays;

/** Why a record is not a document. */
enum Reason {
  /** The line is not JSON. */
  MALFORMED_JSON,
  /** The line is JSON, but not an object. */
  NOT_AN_OBJECT,
  /** The bytes are not UTF-8. */
  INVALID_UTF8,
  /** The text has half of a surrogate pair, which no UTF-8 stands for. */
  UNPAIRED_SURROGATE,
  /** The record has neither text nor tokens. */
  MISSING_TEXT,
  /** The text field holds something else than text. */
  TEXT_NOT_A_STRING,
  /** The text is blank. */
  EMPTY_TEXT,
  /** The source field is missing, blank or not a single value. */
  MISSING_SOURCE,
  /** The tokens are not a list, hold no token, or one that the vocabulary does not have. */
  BAD_TOKENS,
  /** The record is above {@code ingest.max-record-size}. */
  TOO_LARGE,
  /** The file is corrupt from here on; what is lost after this place cannot be counted. */
  UNREADABLE;

  /** How the reason is written in manifests and samples, such as {@code malformed-json}. */
  String label() {
    return Section.name(this);
  }

  /** The reason that is written so. */
  static Reason of(String label) {
    return Arrays.stream(values())
        .filter(reason -> reason.label().equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("Unknown reason " + label));
  }
}
