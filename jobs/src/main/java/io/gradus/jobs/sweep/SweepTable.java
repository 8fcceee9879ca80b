package io.gradus.jobs.sweep;

import io.gradus.common.configuration.Quantity;
import io.gradus.jobs.sweep.SweepReport.Setting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A report for a terminal of 100 columns. */
public final class SweepTable {
  private static final int MOST_ROWS = 40;
  private static final String FORMAT = "%-2s%-20s %6s  %-26s %-8s %7s %9s %5s %7s";

  private SweepTable() {}

  /**
   * The settings by budget, the best quality first: all where they are few, else those on the
   * Pareto front and the current one.
   */
  public static List<String> lines(SweepReport report) {
    List<Setting> possible =
        report.settings().stream().filter(setting -> setting.figures() != null).toList();
    List<Setting> shown =
        possible.stream()
            .filter(setting -> possible.size() <= MOST_ROWS || setting.front() || setting.current())
            .toList();
    List<String> lines = new ArrayList<>();
    lines.add(
        header("", "mix", "temp.", "quotas", "budget", "quality", "diversity", "top", "tokens"));
    for (String budget : shown.stream().map(Setting::budget).distinct().toList()) {
      shown.stream()
          .filter(setting -> setting.budget().equals(budget))
          .sorted(
              Comparator.comparingDouble((Setting setting) -> setting.figures().quality())
                  .reversed())
          .forEach(setting -> lines.add(row(setting)));
    }
    lines.add("* no setting with the same budget has more quality and as much diversity, or the");
    lines.add(
        "  other way round; > the configuration as it is. quality: mean percentile of tokens;");
    lines.add(
        "  diversity: effective share of the documents; top: share that the best would have.");
    if (shown.size() < possible.size()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%,d of %,d settings are shown; the page and the tables have all of them.",
              shown.size(),
              possible.size()));
    }
    refused(report).ifPresent(lines::add);
    return lines;
  }

  /** What a setting is, in words. */
  public static String name(Setting setting) {
    return setting.mix()
        + ", temperature "
        + SettingLines.temperature(setting.temperature())
        + ", quotas "
        + setting.quotas()
        + ", budget "
        + setting.budget();
  }

  private static Optional<String> refused(SweepReport report) {
    List<Setting> impossible =
        report.settings().stream().filter(setting -> setting.figures() == null).toList();
    return impossible.stream()
        .findFirst()
        .map(
            first ->
                String.format(
                    Locale.ROOT,
                    "%,d of %,d settings cannot be done; the first one with the budget %s: %s",
                    impossible.size(),
                    report.settings().size(),
                    first.budget(),
                    first.impossible()));
  }

  private static String header(Object... names) {
    return String.format(Locale.ROOT, FORMAT, names).stripTrailing();
  }

  private static String row(Setting setting) {
    SweepReport.Figures figures = setting.figures();
    return String.format(
        Locale.ROOT,
        FORMAT,
        (setting.front() ? "*" : "") + (setting.current() ? ">" : ""),
        cut(setting.mix(), 20),
        cut(SettingLines.temperature(setting.temperature()).replace("infinity", "inf"), 6),
        setting.quotas().replace(" by ", ", ").replace("source-and-topic", "source+topic"),
        cut(setting.budget(), 8),
        String.format(Locale.ROOT, "%.3f", figures.quality()),
        String.format(Locale.ROOT, "%.3f", figures.diversity()),
        String.format(Locale.ROOT, "%.0f%%", 100 * figures.topOverlap()),
        Quantity.show(figures.tokens()));
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }
}
