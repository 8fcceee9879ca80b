package io.gradus.common.selection;

import java.io.Serializable;

/**
 * What a selection compares; the largest keys are taken. Gumbel top-k (QuRating, section 4; Kool et
 * al. 2019): keeping the largest {@code score / temperature + G}, with G standard Gumbel noise,
 * draws without replacement from softmax(score / temperature).
 *
 * @param temperature 0 takes the best scores, infinity draws uniformly
 */
public record SelectionKey(double temperature) implements Serializable {

  /** The key of a document; never NaN for a score that is a number, and never negative zero. */
  public double of(double score, double gumbel) {
    if (temperature == 0) {
      return score + 0.0;
    }
    return location(score) + gumbel + 0.0;
  }

  /**
   * The probability, over seeds, that a document's key exceeds a cut-off: {@code 1 - exp(-exp(score
   * / temperature - cutoff))}; 1 for what is in without chance.
   */
  public double inclusion(double score, double cutoff) {
    double location = location(score);
    // Beside an infinite location noise is nothing.
    return temperature == 0 || Double.isInfinite(location)
        ? 1
        : -Math.expm1(-Math.exp(location - cutoff));
  }

  private double location(double score) {
    return temperature == Double.POSITIVE_INFINITY ? 0 : score / temperature;
  }

  /** The 64 bits of a key, so that larger keys have larger signed images. */
  public static long image(double key) {
    long bits = Double.doubleToLongBits(key + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  /** The key that has this image. */
  public static double ofImage(long image) {
    return Double.longBitsToDouble(image ^ ((image >> 63) & Long.MAX_VALUE));
  }
}
