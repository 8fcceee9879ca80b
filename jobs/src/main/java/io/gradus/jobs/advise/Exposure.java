package io.gradus.jobs.advise;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How much learning rate the good data gets.
 *
 * @param lambda {@code sum(lr * q) / (mean(q) * sum(lr))}: 1 when the rate does not favour quality
 * @param bestShare mean rate over the best tokens, as a share of the peak
 */
record Exposure(double lambda, double bestShare) {
  /** More points would not change the first four digits. */
  private static final int MOST_POINTS = 20_000;

  private record Point(double rate, double quality) {}

  /**
   * Weighs learning rates with quality.
   *
   * @param rate the learning rate of a step, counted from 1
   * @param read the share of the curriculum, from its beginning, that the steps read
   * @param best which share of the tokens is the best data; found by the profile's stretches, so in
   *     a shuffled order it is an arbitrary share
   */
  static Exposure of(
      QualityCurve quality,
      LongToDoubleFunction rate,
      long steps,
      double read,
      double peak,
      double best) {
    int count = (int) Math.min(steps, MOST_POINTS);
    Point[] points =
        IntStream.range(0, count)
            .mapToObj(
                i -> {
                  double place = (i + 0.5) / count;
                  return new Point(
                      rate.applyAsDouble((long) (place * steps) + 1), quality.at(place * read));
                })
            .toArray(Point[]::new);
    double rates = 0;
    double qualities = 0;
    double products = 0;
    for (Point point : points) {
      rates += point.rate();
      qualities += point.quality();
      products += point.rate() * point.quality();
    }
    double lambda = rates * qualities == 0 ? 1 : products / (qualities / count * rates);
    Arrays.sort(points, Comparator.comparingDouble(Point::quality).reversed());
    int bestCount = Math.max(1, (int) Math.round(best * count));
    double bestRates = 0;
    for (int i = 0; i < bestCount; i++) {
      bestRates += points[i].rate();
    }
    return new Exposure(lambda, bestRates / bestCount / peak);
  }
}
