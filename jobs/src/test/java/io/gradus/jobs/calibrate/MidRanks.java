package io.gradus.jobs.calibrate;

import java.util.TreeMap;

/** Percentiles by token mass from their definition. */
final class MidRanks {
  private MidRanks() {}

  /** The share of tokens with a lesser score plus half of that with an equal one. */
  static double[] of(double[] scores, int[] tokens) {
    TreeMap<Double, Long> mass = new TreeMap<>();
    long total = 0;
    for (int i = 0; i < scores.length; i++) {
      mass.merge(scores[i] + 0.0, (long) tokens[i], Long::sum);
      total += tokens[i];
    }
    TreeMap<Double, Double> ranks = new TreeMap<>();
    long below = 0;
    for (var entry : mass.entrySet()) {
      ranks.put(entry.getKey(), (below + 0.5 * entry.getValue()) / total);
      below += entry.getValue();
    }
    double[] result = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      result[i] = ranks.get(scores[i] + 0.0);
    }
    return result;
  }
}
