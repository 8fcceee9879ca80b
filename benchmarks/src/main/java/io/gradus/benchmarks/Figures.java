package io.gradus.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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

  /** The same of two of several rivals. */
  static double ratio(Map<String, List<Rival.Round>> measured, String first, String second) {
    return ratio(seconds(measured.get(first)), seconds(measured.get(second)));
  }

  /** The same by the time of processors. */
  static double processorRatio(
      Map<String, List<Rival.Round>> measured, String first, String second) {
    return ratio(processorSeconds(measured.get(first)), processorSeconds(measured.get(second)));
  }

  /** A line for people about a round, counted from 0, of all rivals. */
  static String line(int round, Map<String, List<Rival.Round>> measured) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "round %d:", round + 1));
    measured.forEach(
        (name, done) ->
            line.append(
                String.format(
                    Locale.ROOT,
                    "  %s %.1f s (%.1f s of processors)",
                    name,
                    done.get(round).seconds(),
                    done.get(round).processorSeconds())));
    return line.append(String.format(Locale.ROOT, "  load %.1f", Stopwatch.load())).toString();
  }

  static double[] seconds(List<Rival.Round> done) {
    return done.stream().mapToDouble(Rival.Round::seconds).toArray();
  }

  static double[] processorSeconds(List<Rival.Round> done) {
    return done.stream().mapToDouble(Rival.Round::processorSeconds).toArray();
  }
}
