package io.gradus.jobs.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.workspace.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Checks what stands before the samples of an MDS shard; leaves the reader at the first sample. */
final class MdsHeader {
  private static final int MOST_CONFIGURATION = 1 << 16;

  private MdsHeader() {}

  /**
   * Checks a header.
   *
   * @param in stands at the file's beginning
   * @param samples how many samples the file should hold
   * @param compression what it says of it, as JSON
   * @return whether the samples can be found
   */
  static boolean check(
      RawTokens in,
      String file,
      long samples,
      int sequenceLength,
      int tokenBytes,
      String compression,
      Findings findings)
      throws IOException {
    long sampleBytes = (long) sequenceLength * tokenBytes;
    OptionalLong between = RowTable.check(in, file, "samples", samples, sampleBytes, findings);
    if (between.isEmpty()) {
      return false;
    }
    long length = between.getAsLong();
    if (length < 2 || length > MOST_CONFIGURATION) {
      findings.breach(
          Check.STRUCTURE, file, "header", "has no room for samples of " + sampleBytes + " bytes");
      return false;
    }
    String json = new String(in.bytes((int) length), StandardCharsets.UTF_8);
    try {
      checkColumns(
          Json.read(json, JsonNode.class),
          file,
          "header",
          sequenceLength,
          tokenBytes,
          compression,
          findings);
    } catch (UncheckedIOException e) {
      findings.breach(Check.STRUCTURE, file, "header", "its configuration is not JSON: " + json);
    }
    return true;
  }

  /** Checks the keys that a shard's header and its entry in the index have in common. */
  static void checkColumns(
      JsonNode configuration,
      String file,
      String place,
      int sequenceLength,
      int tokenBytes,
      String compression,
      Findings findings) {
    String encoding = "ndarray:uint" + 8 * tokenBytes + ":" + sequenceLength;
    String size = Long.toString((long) sequenceLength * tokenBytes);
    String[][] expected = {
      {"column_names", "[\"tokens\"]"},
      {"column_encodings", "[\"" + encoding + "\"]"},
      {"column_sizes", "[" + size + "]"},
      {"compression", compression},
      {"format", "\"mds\""},
      {"version", "2"}
    };
    for (String[] entry : expected) {
      String value = String.valueOf(configuration.get(entry[0]));
      if (!value.equals(entry[1])) {
        findings.breach(
            Check.STRUCTURE, file, place, entry[0] + " is " + value + " instead of " + entry[1]);
      }
    }
  }
}
