package io.gradus.jobs.preview;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.table.CurriculumProfile.Bin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The drawing for a terminal of 100 columns. */
public final class TerminalPlot {
  private static final int COLUMNS = 80;
  private static final int ROWS = 8;
  private static final int SOURCES = 8;
  private static final int NAME = 24;
  private static final int SPARKS = 50;
  private static final String LETTERS = "ABCDEFGH.";

  /** What the terminal can show. */
  public enum Style {
    /** Blocks in eighths of a line. */
    UNICODE(" ▁▂▃▄▅▆▇█", "▁▂▃▄▅▆▇█", "│", "└", "─"),
    /** Characters that every terminal has. */
    ASCII(" .:#", ".:-=+*#%@", "|", "+", "-");

    private final String fills;
    private final String sparks;
    private final String side;
    private final String corner;
    private final String bottom;

    Style(String fills, String sparks, String side, String corner, String bottom) {
      this.fills = fills;
      this.sparks = sparks;
      this.side = side;
      this.corner = corner;
      this.bottom = bottom;
    }
  }

  private final Preview preview;
  private final Style style;
  private final AlongRun run;
  private final List<String> lines = new ArrayList<>();

  private TerminalPlot(Preview preview, Style style) {
    this.preview = preview;
    this.style = style;
    this.run = new AlongRun(preview.profile(), COLUMNS);
  }

  /** The drawing's lines. */
  public static List<String> lines(Preview preview, Style style) {
    TerminalPlot plot = new TerminalPlot(preview, style);
    plot.head();
    plot.quality();
    plot.mixture();
    plot.criteria();
    return Collections.unmodifiableList(plot.lines);
  }

  private void head() {
    String text =
        String.format(
            Locale.ROOT,
            "%s: %,d documents, %s tokens, %s, quantiles within %s",
            preview.pipeline(),
            preview.profile().documents(),
            Quantity.show(preview.profile().tokens()),
            preview.profile().shape(),
            preview.profile().within().equals("source") ? "source" : "everything");
    lines.addAll(wrapped(text));
  }

  private static List<String> wrapped(String text) {
    List<String> wrapped = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() > 0 && line.length() + 1 + word.length() > 98) {
        wrapped.add(line.toString());
        line.setLength(0);
        line.append("  ");
      } else if (line.length() > 0) {
        line.append(' ');
      }
      line.append(cut(word, 90));
    }
    wrapped.add(line.toString());
    return wrapped;
  }

  private void quality() {
    lines.add("");
    lines.add("Quality: mean quantile along the run");
    List<Double> means = run.means(Bin::meanQuantile);
    int levels = style.fills.length() - 1;
    for (int row = ROWS - 1; row >= 0; row--) {
      StringBuilder line = new StringBuilder(label(row));
      for (Double mean : means) {
        double filled = mean == null ? 0 : mean * ROWS - row;
        long level = Math.round(Math.max(0, Math.min(1, filled)) * levels);
        line.append(style.fills.charAt((int) level));
      }
      lines.add(line.toString().stripTrailing());
    }
    axis();
  }

  private String label(int row) {
    String number = row == ROWS - 1 ? "1.0" : row == ROWS / 2 - 1 ? "0.5" : row == 0 ? "0.0" : "";
    return String.format(Locale.ROOT, "%5s %s", number, style.side);
  }

  private void axis() {
    lines.add("      " + style.corner + style.bottom.repeat(COLUMNS));
    StringBuilder marks = new StringBuilder(" ".repeat(7));
    for (int percent = 0; percent < 100; percent += 25) {
      marks.append(String.format(Locale.ROOT, "%-20s", percent + " %"));
    }
    lines.add(marks + "100 %");
  }

  private void mixture() {
    lines.add("");
    lines.add("Sources: share of tokens along the run");
    List<String> sources = run.sources(SOURCES);
    List<List<Double>> shares = run.shares(sources);
    for (int row = ROWS - 1; row >= 0; row--) {
      StringBuilder line = new StringBuilder("      " + style.side);
      for (List<Double> ofColumn : shares) {
        line.append(letter(ofColumn, (row + 0.5) / ROWS));
      }
      lines.add(line.toString());
    }
    axis();
    List<List<Double>> tenths = new AlongRun(preview.profile(), 10).shares(sources);
    for (int i = 0; i < sources.size(); i++) {
      lines.add(
          String.format(
              Locale.ROOT,
              "      %s %-24s %s of all, %s of the first tenth, %s of the last",
              LETTERS.charAt(i),
              cut(sources.get(i), NAME),
              percent(average(tenths, i)),
              percent(part(tenths.get(0), i)),
              percent(part(tenths.get(9), i))));
    }
  }

  private static double part(List<Double> shares, int source) {
    return shares.isEmpty() ? 0 : shares.get(source);
  }

  private static double average(List<List<Double>> tenths, int source) {
    return tenths.stream().mapToDouble(tenth -> part(tenth, source)).average().orElse(0);
  }

  /** The source that lies at a height of the stacked shares. */
  private static char letter(List<Double> shares, double height) {
    double sum = 0;
    for (int i = 0; i < shares.size(); i++) {
      sum += shares.get(i);
      if (height < sum) {
        return LETTERS.charAt(i);
      }
    }
    return shares.isEmpty() ? ' ' : LETTERS.charAt(shares.size() - 1);
  }

  private void criteria() {
    lines.add("");
    lines.add("Ratings: mean along the run, from the lowest to the highest");
    for (Preview.Criterion criterion : preview.criteria()) {
      DoubleSummaryStatistics range =
          criterion.means().stream()
              .filter(Objects::nonNull)
              .mapToDouble(Double::doubleValue)
              .summaryStatistics();
      StringBuilder line =
          new StringBuilder(String.format(Locale.ROOT, "  %-24s ", cut(criterion.name(), NAME)));
      if (range.getCount() == 0) {
        lines.add(line + "no rating");
        continue;
      }
      for (int spark = 0; spark < SPARKS; spark++) {
        line.append(spark(mean(criterion.means(), spark), range));
      }
      lines.add(
          String.format(Locale.ROOT, "%s %8.3f to %8.3f", line, range.getMin(), range.getMax()));
    }
  }

  /** The mean of the stretches under one spark, or null. */
  private static Double mean(List<Double> means, int spark) {
    int from = spark * means.size() / SPARKS;
    int to = Math.max(from + 1, (spark + 1) * means.size() / SPARKS);
    DoubleSummaryStatistics here =
        means.subList(from, to).stream()
            .filter(Objects::nonNull)
            .mapToDouble(Double::doubleValue)
            .summaryStatistics();
    return here.getCount() == 0 ? null : (Double) here.getAverage();
  }

  private char spark(Double mean, DoubleSummaryStatistics range) {
    if (mean == null) {
      return ' ';
    }
    double width = range.getMax() - range.getMin();
    double part = width > 0 ? (mean - range.getMin()) / width : 0.5;
    return style.sparks.charAt(
        (int) Math.min(style.sparks.length() - 1, part * style.sparks.length()));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%5.1f %%", 100 * share);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 3) + "...";
  }
}
