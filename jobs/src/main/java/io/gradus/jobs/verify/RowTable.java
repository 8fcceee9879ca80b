package io.gradus.jobs.verify;

import java.io.IOException;
import java.util.OptionalLong;

/** The table of offsets at the beginning of MDS shards and LitData chunks. */
final class RowTable {
  private RowTable() {}

  /**
   * Checks count and offsets; leaves the reader after them.
   *
   * @param in stands at the file's beginning
   * @param noun what the format calls its rows
   * @return the bytes between the offsets and the first row, or nothing where rows cannot be found
   */
  static OptionalLong check(
      RawTokens in, String file, String noun, long rows, long rowBytes, Findings findings)
      throws IOException {
    long size = in.left();
    long found = in.unsignedInt();
    if (found != rows) {
      findings.breach(
          Check.STRUCTURE,
          file,
          "header",
          String.format("holds %,d %s instead of %,d", found, noun, rows));
      return OptionalLong.empty();
    }
    long first = size - rows * rowBytes;
    long wrong = 0;
    String problem = "";
    for (long i = 0; i <= rows; i++) {
      long offset = in.unsignedInt();
      long expected = first + i * rowBytes;
      if (offset != expected && wrong++ == 0) {
        problem =
            String.format(
                "%s %,d begins at byte %,d instead of %,d",
                noun.substring(0, noun.length() - 1), i, offset, expected);
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
    return OptionalLong.of(first - 4 - 4 * (rows + 1));
  }
}
