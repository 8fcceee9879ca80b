package io.gradus.jobs.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Checks one of GPTDataset's three indices ({@code build_document_index}, {@code
 * build_sample_index}, {@code build_shuffle_index} in {@code
 * megatron/core/datasets/gpt_dataset.py}), which must be the identity.
 */
final class MegatronOrderIndex {
  static final String SUFFIX = "_index.npy";

  /** Magic, version 1.0 and the length of what follows (NEP 1). */
  private static final int HEAD = 10;

  private MegatronOrderIndex() {}

  /**
   * Checks an index.
   *
   * @param in stands at the file's beginning
   * @param sequences packed sequences, the last document of one token not counted
   */
  static void check(RawTokens in, String file, long sequences, Findings findings)
      throws IOException {
    String name = file.substring(file.lastIndexOf('/') + 1, file.length() - SUFFIX.length());
    boolean pairs = name.equals("sample");
    String type = pairs && sequences >= Integer.MAX_VALUE ? "<i8" : pairs ? "<i4" : null;
    type = type != null ? type : name.equals("shuffle") ? "<u4" : "<i4";
    long count = name.equals("shuffle") ? sequences : sequences + 1;
    byte[] head = in.bytes(HEAD);
    int length = (head[8] & 0xff) | (head[9] & 0xff) << 8;
    String dictionary = new String(in.bytes(length), StandardCharsets.ISO_8859_1).strip();
    String expected =
        String.format(
            "{'descr': '%s', 'fortran_order': False, 'shape': (%d,%s), }",
            type, count, pairs ? " 2" : "");
    if (!dictionary.equals(expected)) {
      findings.breach(
          Check.STRUCTURE, file, "header", "is " + dictionary + " instead of " + expected);
      return;
    }
    int width = type.equals("<i8") ? Long.BYTES : Integer.BYTES;
    long bytes = count * width * (pairs ? 2 : 1);
    if (in.left() != bytes) {
      findings.breach(
          Check.STRUCTURE,
          file,
          "",
          String.format("holds %,d bytes of numbers instead of %,d", in.left(), bytes));
      return;
    }
    for (long i = 0; i < count; i++) {
      long found = number(in, width);
      long offset = pairs ? number(in, width) : 0;
      if (found != i || offset != 0) {
        findings.breach(
            Check.STRUCTURE,
            file,
            "number " + i,
            "is "
                + found
                + (pairs ? ", " + offset : "")
                + ", so GPTDataset would change the order");
        return;
      }
    }
  }

  private static long number(RawTokens in, int width) throws IOException {
    return width == Long.BYTES ? in.signedLong() : in.unsignedInt();
  }
}
