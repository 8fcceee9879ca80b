package io.gradus.jobs.sweep;

import java.io.Serializable;

/**
 * Numbers as whole multiples of a power of 2, so small that sums of many of them do not depend on
 * their order and fit into 62 bits.
 *
 * @param exponent of the power of 2 that numbers are multiplied with
 */
record FixedPoint(int exponent) implements Serializable {
  private static final int BITS = 61;

  /**
   * The finest steps for sums of products.
   *
   * @param magnitude no number is greater, nor its negative
   * @param weight the sum of all weights that numbers are multiplied with
   */
  static FixedPoint forSums(double magnitude, double weight) {
    double largest = Math.max(magnitude, Double.MIN_NORMAL);
    int bits = Math.getExponent(largest) + 1 + Math.getExponent(Math.max(1, weight)) + 1;
    return new FixedPoint(Math.min(1000, BITS - bits));
  }

  long of(double number) {
    return (long) Math.rint(Math.scalb(number, exponent));
  }

  double value(long multiple) {
    return Math.scalb((double) multiple, -exponent);
  }

  /** By how much a number is off at most. */
  double error() {
    return Math.scalb(0.5, -exponent);
  }
}
