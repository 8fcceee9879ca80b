package io.gradus.jobs.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.workspace.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Checks what stands before the samples of an MDS shard; leaves the reader at the first sample. */
final class MdsHeader {
  private static final int MOST_CONFIGURATION = 1 << 16;

  private MdsHeader() {}

  /**
   * Checks a header.
   *
   * @param in stands at the file's beginning
   * @param samples how many samples the file should hold
   * @return whether the samples can be found
   */
  static boolean check(
      RawTokens in,
      String file,
      long samples,
      int sequenceLength,
      int tokenBytes,
      Findings findings)
      throws IOException {
    long size = in.left();
    long sampleBytes = (long) sequenceLength * tokenBytes;
    long found = in.unsignedInt();
    if (found != samples) {
      findings.breach(
          Check.STRUCTURE,
          file,
          "header",
          String.format("holds %,d samples instead of %,d", found, samples));
      return false;
    }
    long first = size - samples * sampleBytes;
    long wrong = 0;
    String problem = "";
    for (long i = 0; i <= samples; i++) {
      long offset = in.unsignedInt();
      long expected = first + i * sampleBytes;
      if (offset != expected) {
        problem =
            wrong++ == 0
                ? String.format("sample %,d begins at byte %,d instead of %,d", i, offset, expected)
                : problem;
      }
    }
    if (wrong > 0) {
      findings.breach(
          Check.STRUCTURE,
          file,
          "header",
          problem
              + (wrong > 1 ? String.format(", and %,d more offsets are wrong", wrong - 1) : ""));
    }
    long length = first - 4 - 4 * (samples + 1);
    if (length < 2 || length > MOST_CONFIGURATION) {
      findings.breach(
          Check.STRUCTURE, file, "header", "has no room for samples of " + sampleBytes + " bytes");
      return false;
    }
    String json = new String(in.bytes((int) length), StandardCharsets.UTF_8);
    try {
      checkColumns(
          Json.read(json, JsonNode.class), file, "header", sequenceLength, tokenBytes, findings);
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
      Findings findings) {
    String encoding = "ndarray:uint" + 8 * tokenBytes + ":" + sequenceLength;
    String size = Long.toString((long) sequenceLength * tokenBytes);
    String[][] expected = {
      {"column_names", "[\"tokens\"]"},
      {"column_encodings", "[\"" + encoding + "\"]"},
      {"column_sizes", "[" + size + "]"},
      {"compression", "null"},
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
