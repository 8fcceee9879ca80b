package io.gradus.benchmarks;

import java.util.List;
import java.util.Map;

/** A way to rate the benchmark's documents. */
interface RatingRival extends Rival {
  /** The scores of the round before, by document and in the bundle's order of criteria. */
  Map<String, List<Double>> scores() throws Exception;
}
