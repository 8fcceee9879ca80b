package io.gradus.benchmarks;

import java.io.IOException;

/** A way to do the benchmark's work. */
interface Rival extends AutoCloseable {
  String name();

  /** What it is and how it is set, in a line. */
  String description();

  /** Does all of the work once. */
  Round run() throws Exception;

  @Override
  void close() throws IOException;

  /**
   * One measurement.
   *
   * @param seconds of wall time
   * @param processorSeconds of all threads of the process
   */
  record Round(double seconds, double processorSeconds) {}
}
