package io.gradus.benchmarks;

import java.io.IOException;

/** A way to put a selection in order. */
interface OrderRival extends Rival {
  /** The rows that the round before wrote. */
  long rows() throws Exception;

  /** The most memory that its JVM has held, in bytes, rounds before included. */
  long peakBytes() throws IOException;
}
