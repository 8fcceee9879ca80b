package io.gradus.benchmarks;

import java.util.Arrays;

/** Numbers of several rounds in one. */
final class Figures {
  private Figures() {}

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The median over the rounds of how many times as fast the second was as the first. */
  static double ratio(double[] first, double[] second) {
    double[] ratios = new double[first.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = first[i] / second[i];
    }
    return median(ratios);
  }
}
