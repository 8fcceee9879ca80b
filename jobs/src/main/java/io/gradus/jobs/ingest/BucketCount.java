package io.gradus.jobs.ingest;

/** How many buckets the documents are written in. */
final class BucketCount {
  /** Buckets of about this size when there is much data. */
  private static final long LARGE = 64L << 20;

  /** Small data is cut finer, up to a number that keeps many cores busy. */
  private static final long SMALL = 64L << 10;

  private static final long MANY = 64;

  private BucketCount() {}

  /**
   * The number of buckets for so much text: a pure function of the data, so that it does not depend
   * on how the data lay in files.
   */
  static int of(long textBytes) {
    long large = ceilDiv(textBytes, LARGE);
    long small = Math.min(MANY, ceilDiv(textBytes, SMALL));
    return Math.toIntExact(Math.max(1, Math.max(small, large)));
  }

  private static long ceilDiv(long value, long divisor) {
    return -Math.floorDiv(-value, divisor);
  }
}
