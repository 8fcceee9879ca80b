package io.gradus.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers as the page shows them. */
final class Figures {
  private static final String NOTHING = "–";

  private Figures() {}

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String count(JsonNode value) {
    return value.isNumber() ? count(value.asLong()) : NOTHING;
  }

  static String share(double share) {
    double percent = 100 * share;
    return String.format(
        Locale.ROOT, percent != 0 && Math.abs(percent) < 1 ? "%.2f %%" : "%.1f %%", percent);
  }

  static String score(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%.3f", value.getAsDouble()) : NOTHING;
  }

  /** A learning rate or another small number, at most four significant digits. */
  static String small(double value) {
    String text = String.format(Locale.ROOT, "%.4g", value);
    double rounded = Double.parseDouble(text);
    return rounded == Math.rint(rounded) && Math.abs(rounded) < 1e7
        ? count((long) rounded)
        : new BigDecimal(text).stripTrailingZeros().toString().replace("E", "e");
  }

  static String bytes(long value) {
    if (value < 1024) {
      return value + " B";
    }
    String[] units = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    int unit = 0;
    double scaled = value / 1024.0;
    while (scaled >= 1024 && unit < units.length - 1) {
      scaled /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", scaled, units[unit]);
  }

  /** A field of a manifest or plan as text: whole numbers grouped, others in short. */
  static String any(JsonNode value) {
    if (value.isIntegralNumber()) {
      return count(value.asLong());
    }
    return value.isNumber() ? small(value.asDouble()) : value.asText();
  }

  /** A field's name in words: {@code wishedShardTokens} becomes {@code wished shard tokens}. */
  static String words(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ")
        .replace('_', ' ')
        .replace('-', ' ')
        .toLowerCase(Locale.ROOT);
  }
}
