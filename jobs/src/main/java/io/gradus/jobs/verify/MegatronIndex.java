package io.gradus.jobs.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Checks Megatron's index file from its first byte to its last. */
final class MegatronIndex {
  private static final String MAGIC = "MMIDIDX\0\0";

  private MegatronIndex() {}

  /**
   * Checks an index.
   *
   * @param in stands at the file's beginning
   * @param sequences packed sequences, the last document of one token not counted
   */
  static void check(
      RawTokens in,
      String file,
      long sequences,
      int sequenceLength,
      int tokenBytes,
      Findings findings)
      throws IOException {
    long count = sequences + 1;
    long expectedBytes = 34 + 12 * count + 8 * (count + 1);
    if (in.left() < 34) {
      findings.breach(Check.STRUCTURE, file, "header", "has no room for a header");
      return;
    }
    String magic = new String(in.bytes(MAGIC.length()), StandardCharsets.ISO_8859_1);
    Expectation header = new Expectation(file, "header", findings);
    header.check("magic", magic.equals(MAGIC) ? 1 : 0, 1);
    header.check("version", in.signedLong(), 1);
    header.check("dtype", in.unsignedByte(), tokenBytes == 2 ? 8 : 4);
    boolean whole = header.check("number of sequences", in.signedLong(), count);
    whole &= header.check("number of document indices", in.signedLong(), count + 1);
    whole &= header.check("length in bytes", in.left() + 34, expectedBytes);
    if (!whole) {
      return;
    }
    Expectation lengths = new Expectation(file, "sequence lengths", findings);
    for (long i = 0; i < count; i++) {
      lengths.check("length of sequence", i, in.unsignedInt(), i < sequences ? sequenceLength : 1);
    }
    Expectation pointers = new Expectation(file, "sequence pointers", findings);
    for (long i = 0; i < count; i++) {
      pointers.check(
          "byte offset of sequence", i, in.signedLong(), i * sequenceLength * tokenBytes);
    }
    Expectation documents = new Expectation(file, "document indices", findings);
    for (long i = 0; i <= count; i++) {
      documents.check("document index", i, in.signedLong(), i);
    }
  }

  /** Reports the first difference of one part of the file only: one shift makes all differ. */
  private static final class Expectation {
    private final String file;
    private final String place;
    private final Findings findings;
    private boolean reported;

    Expectation(String file, String place, Findings findings) {
      this.file = file;
      this.place = place;
      this.findings = findings;
    }

    /** Checks one of many; its name is put together only when it is wrong. */
    void check(String what, long index, long found, long expected) {
      if (found != expected) {
        check(what + " " + index, found, expected);
      }
    }

    boolean check(String what, long found, long expected) {
      if (found == expected) {
        return true;
      }
      if (!reported) {
        findings.breach(
            Check.STRUCTURE, file, place, what + " is " + found + " instead of " + expected);
        reported = true;
      }
      return false;
    }
  }
}
