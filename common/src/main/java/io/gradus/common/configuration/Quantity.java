package io.gradus.common.configuration;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts and sizes as people write them: {@code 30B}, {@code 1.5M}, {@code 64 k}; {@code 512MiB},
 * {@code 2 GB}. Counts are decimal; sizes follow the IEC prefixes.
 */
public final class Quantity {
  private static final Pattern FORM =
      Pattern.compile("([0-9][0-9_]*(?:\\.[0-9]+)?(?:[eE]\\+?[0-9]+)?)\\s*([A-Za-z]*)");
  private static final Map<String, Long> COUNTS =
      Map.of("", 1L, "k", 1_000L, "m", 1_000_000L, "b", 1_000_000_000L, "t", 1_000_000_000_000L);
  private static final Map<String, Long> SIZES =
      Map.ofEntries(
          Map.entry("", 1L),
          Map.entry("b", 1L),
          Map.entry("kb", 1_000L),
          Map.entry("mb", 1_000_000L),
          Map.entry("gb", 1_000_000_000L),
          Map.entry("tb", 1_000_000_000_000L),
          Map.entry("kib", 1L << 10),
          Map.entry("mib", 1L << 20),
          Map.entry("gib", 1L << 30),
          Map.entry("tib", 1L << 40));

  private Quantity() {}

  /**
   * Reads a count.
   *
   * @throws IllegalArgumentException when the text is not a whole count such as {@code 30B}
   */
  public static long count(String text) {
    return parse(text, COUNTS, "a count such as 5000, 64M, 30B or 1.5T");
  }

  /**
   * Reads a size in bytes.
   *
   * @throws IllegalArgumentException when the text is not a size such as {@code 512MiB}
   */
  public static long bytes(String text) {
    return parse(text, SIZES, "a size such as 4096, 512KiB, 64MiB or 2GB");
  }

  private static long parse(String text, Map<String, Long> units, String expected) {
    Matcher matcher = FORM.matcher(text.strip());
    Long unit = matcher.matches() ? units.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("'" + text + "' is not " + expected);
    }
    try {
      return new BigDecimal(matcher.group(1).replace("_", ""))
          .multiply(BigDecimal.valueOf(unit))
          .setScale(0, RoundingMode.UNNECESSARY)
          .longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not " + expected + " that is whole and below 9.2e18", e);
    }
  }

  /** A count for people: {@code 1.5B}, {@code 64M}, {@code 812}. */
  public static String show(long count) {
    if (count < 10_000) {
      return Long.toString(count);
    }
    String[] units = {"", "k", "M", "B", "T", "Q"};
    int unit = 0;
    double value = count;
    while (value >= 999.95 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    String digits = String.format(Locale.ROOT, value < 99.95 ? "%.1f" : "%.0f", value);
    return (digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits)
        + units[unit];
  }

  /** A count as {@link #count} reads it, without loss: {@code 64M}, {@code 524288}. */
  public static String write(long count) {
    String shown = show(count);
    return count(shown) == count ? shown : Long.toString(count);
  }

  /** A size as {@link #bytes} reads it, without loss: {@code 64MiB}, {@code 1000}. */
  static String writeBytes(long bytes) {
    String[] units = {"", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    long value = bytes;
    while (value > 0 && value % 1024 == 0 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return value + units[unit];
  }
}
