package io.gradus.common.table;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/** JSON that holds texts of documents, which may be longer than Jackson's 20 million characters. */
public final class LongTexts {
  private LongTexts() {}

  /** Reads strings of any length; {@code ingest.max-record-size} limits records. */
  public static JsonFactory json() {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
        .build();
  }
}
