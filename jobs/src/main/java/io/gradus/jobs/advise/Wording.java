package io.gradus.jobs.advise;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as the plan's sentences say them. */
final class Wording {
  private Wording() {}

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String steps(long steps) {
    return steps == 1 ? "1 step" : number(steps) + " steps";
  }

  static String rate(double rate) {
    return new BigDecimal(rate)
        .round(new MathContext(3))
        .stripTrailingZeros()
        .toString()
        .replace("E", "e");
  }

  static String percent(double share) {
    double percent = 100 * share;
    return String.format(Locale.ROOT, percent < 10 ? "%.1f %%" : "%.0f %%", percent);
  }
}
