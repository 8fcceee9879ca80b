package io.gradus.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A way to rate the benchmark's documents. */
interface Rival extends AutoCloseable {
  String name();

  /** What it is and how it is set, in a line. */
  String description();

  /** Rates all documents. */
  Round rate() throws Exception;

  /** The scores of the round before, by document and in the bundle's order of criteria. */
  Map<String, List<Double>> scores() throws Exception;

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
