package io.gradus.jobs.ingest;

import java.nio.charset.StandardCharsets;

/** The beginning of a bad record, for people to recognise it by. */
final class Excerpt {
  private Excerpt() {}

  /** Bytes that are not UTF-8 show as replacement characters. */
  static String of(LongBytes record) {
    return of(record.head(4 * BadRecord.EXCERPT));
  }

  /** Bytes that are not UTF-8 show as replacement characters. */
  static String of(byte[] record) {
    int length = Math.min(record.length, 4 * BadRecord.EXCERPT);
    return of(new String(record, 0, length, StandardCharsets.UTF_8));
  }

  static String of(String record) {
    int characters =
        Math.min(
            BadRecord.EXCERPT,
            record.codePointCount(0, Math.min(record.length(), 2 * BadRecord.EXCERPT)));
    return record.substring(0, record.offsetByCodePoints(0, characters));
  }
}
