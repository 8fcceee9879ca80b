package io.gradus.jobs.preview;

import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.CurriculumProfile.Bin;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** A profile summed into fewer stretches, as many as a drawing has columns. */
final class AlongRun {
  private static final String OTHERS = "all others";

  private final List<List<Bin>> columns = new ArrayList<>();
  private final Map<String, Long> totals = new TreeMap<>();

  AlongRun(CurriculumProfile profile, int columns) {
    for (int i = 0; i < columns; i++) {
      this.columns.add(new ArrayList<>());
    }
    double length = Math.max(1, profile.tokens());
    for (Bin bin : profile.bins()) {
      double middle = bin.firstToken() + bin.tokens() / 2.0;
      this.columns.get((int) Math.min(columns - 1.0, middle / length * columns)).add(bin);
      bin.tokensBySource().forEach((source, tokens) -> totals.merge(source, tokens, Long::sum));
    }
  }

  /** Means of a number of the stretches, weighted by tokens; null for columns without any. */
  List<Double> means(ToDoubleFunction<Bin> number) {
    List<Double> means = new ArrayList<>();
    for (List<Bin> column : columns) {
      long tokens = column.stream().mapToLong(Bin::tokens).sum();
      double sum =
          column.stream().mapToDouble(bin -> number.applyAsDouble(bin) * bin.tokens()).sum();
      means.add(tokens == 0 ? null : (Double) (sum / tokens));
    }
    return means;
  }

  /** The sources with most tokens, and the others together as the last one if there are more. */
  List<String> sources(int most) {
    List<String> sources =
        new ArrayList<>(
            totals.entrySet().stream()
                .sorted(
                    Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .map(Map.Entry::getKey)
                .toList());
    if (totals.size() > sources.size()) {
      sources.add(OTHERS);
    }
    return sources;
  }

  /** The share of each source in each column, by column; empty for a column without tokens. */
  List<List<Double>> shares(List<String> sources) {
    List<List<Double>> shares = new ArrayList<>();
    for (List<Bin> column : columns) {
      double tokens = column.stream().mapToLong(Bin::tokens).sum();
      List<Double> ofColumn = new ArrayList<>();
      double others = 1;
      for (String source : sources) {
        double share =
            column.stream().mapToLong(bin -> bin.tokensBySource().getOrDefault(source, 0L)).sum()
                / tokens;
        boolean rest = source.equals(OTHERS) && !totals.containsKey(OTHERS);
        ofColumn.add(rest ? (Double) Math.max(0, others) : (Double) share);
        others -= share;
      }
      shares.add(tokens == 0 ? List.of() : ofColumn);
    }
    return shares;
  }
}
