package io.gradus.jobs.advise;

import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.CurriculumProfile.Bin;
import java.util.List;

/**
 * Quality along a curriculum, as the mean quantile of its stretches. The quantile and not the score
 * is used, because it is never negative and means the same for every rater.
 */
final class QualityCurve {
  private final String shape;
  private final List<Bin> bins;
  private final double[] ends;

  QualityCurve(CurriculumProfile profile) {
    this.shape = profile.shape();
    this.bins = profile.bins().stream().filter(bin -> bin.tokens() > 0).toList();
    this.ends = new double[bins.size()];
    double total = bins.stream().mapToLong(Bin::tokens).sum();
    double sum = 0;
    for (int i = 0; i < ends.length; i++) {
      sum += bins.get(i).tokens();
      ends[i] = sum / total;
    }
  }

  /** How quality moves along the order. */
  enum Direction {
    ASCENDING,
    DESCENDING,
    SHUFFLED
  }

  /** What the order's name says, or what the curve shows where the name is another. */
  Direction direction(double limit) {
    for (Direction direction : Direction.values()) {
      if (direction.name().equalsIgnoreCase(shape)) {
        return direction;
      }
    }
    double correlation = correlation(0, 1);
    return correlation > limit
        ? Direction.ASCENDING
        : correlation < -limit ? Direction.DESCENDING : Direction.SHUFFLED;
  }

  /** The quality at a place between 0, the beginning, and 1, the end. */
  double at(double place) {
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) / 2;
      if (ends[middle] < place) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return bins.isEmpty() ? 0 : bins.get(low).meanQuantile();
  }

  /**
   * Pearson's correlation of quality with position between two places, weighted by tokens; 0 where
   * quality does not vary.
   */
  double correlation(double from, double to) {
    double weight = 0;
    double meanPlace = 0;
    double meanQuality = 0;
    double placeSquares = 0;
    double qualitySquares = 0;
    double products = 0;
    for (int i = 0; i < ends.length; i++) {
      double place = (ends[i] + (i == 0 ? 0 : ends[i - 1])) / 2;
      if (place < from || place > to) {
        continue;
      }
      double tokens = bins.get(i).tokens();
      weight += tokens;
      double placeOff = place - meanPlace;
      double qualityOff = bins.get(i).meanQuantile() - meanQuality;
      meanPlace += placeOff * tokens / weight;
      meanQuality += qualityOff * tokens / weight;
      placeSquares += tokens * placeOff * (place - meanPlace);
      qualitySquares += tokens * qualityOff * (bins.get(i).meanQuantile() - meanQuality);
      products += tokens * placeOff * (bins.get(i).meanQuantile() - meanQuality);
    }
    double spread = Math.sqrt(placeSquares * qualitySquares);
    return spread > 1e-12 * weight ? products / spread : 0;
  }
}
