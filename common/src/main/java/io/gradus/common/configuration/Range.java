package io.gradus.common.configuration;

import java.util.function.DoubleFunction;

/**
 * The values that a number may take, both ends included.
 *
 * @param least the smallest allowed value
 * @param most the largest allowed value
 */
public record Range(double least, double most) {
  public static final Range ANY = new Range(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  public static final Range NOT_NEGATIVE = new Range(0, Double.POSITIVE_INFINITY);
  public static final Range POSITIVE = new Range(Double.MIN_VALUE, Double.POSITIVE_INFINITY);
  public static final Range AT_LEAST_ONE = new Range(1, Double.POSITIVE_INFINITY);
  public static final Range SHARE = new Range(0, 1);

  double check(double value, String text) {
    if (value >= least && value <= most) {
      return value;
    }
    throw new IllegalArgumentException("'" + text + "' must be " + this);
  }

  long check(long value, String text) {
    check((double) value, text);
    return value;
  }

  @Override
  public String toString() {
    return show(Range::show);
  }

  /** The same with numbers written in another way. */
  String show(DoubleFunction<String> number) {
    if (equals(POSITIVE)) {
      return "above 0";
    }
    if (most == Double.POSITIVE_INFINITY) {
      return least == Double.NEGATIVE_INFINITY ? "a number" : "at least " + number.apply(least);
    }
    return "between " + number.apply(least) + " and " + number.apply(most);
  }

  static String show(double value) {
    if (value == Double.POSITIVE_INFINITY) {
      return "infinity";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
