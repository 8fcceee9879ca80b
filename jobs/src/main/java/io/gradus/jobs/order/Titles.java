package io.gradus.jobs.order;

import java.math.BigDecimal;
import java.math.MathContext;

/** How shapes and their numbers are written for people. */
final class Titles {
  private Titles() {}

  /** {@code folded (5 layers)}. */
  static String of(String shape, String... details) {
    return shape + " (" + String.join(", ", details) + ")";
  }

  static String named(String name, double value) {
    return name + " " + number(value);
  }

  static String percent(double share) {
    return number(100 * share) + " %";
  }

  /** What is inside, unless it is what everyone expects. */
  static String inside(Shape inside) {
    return inside instanceof Ascending ? "" : ", inside " + inside.title();
  }

  private static String number(double value) {
    if (Double.isInfinite(value)) {
      return "infinity";
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros();
    return rounded.toPlainString();
  }
}
