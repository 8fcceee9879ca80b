package io.gradus.jobs.sweep;

import com.typesafe.config.ConfigUtil;
import io.gradus.common.configuration.Section;
import io.gradus.common.selection.Quotas.By;
import io.gradus.common.selection.Quotas.Kind;
import io.gradus.jobs.sweep.SweepReport.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The lines that make a configuration select as a setting does, wherever they follow the section
 * {@code sample}. What would contradict them is taken out by {@code null}.
 */
final class SettingLines {
  private SettingLines() {}

  /**
   * The lines of a setting.
   *
   * @param maxRepeats how often a document may be taken
   */
  static List<String> of(Setting setting, int maxRepeats) {
    List<String> lines = new ArrayList<>();
    for (String other : List.of("threshold", "bins", "sigmoid", "percentile-by")) {
      lines.add("sample." + other + " = null");
    }
    lines.add("sample.method = temperature");
    lines.add("sample.temperature = " + temperature(setting.temperature()));
    lines.add("sample.tokens = \"" + setting.budget() + "\"");
    lines.add("sample.max-repeats = " + maxRepeats);
    lines.add("sample.weights = null");
    new TreeMap<>(setting.weights())
        .forEach(
            (criterion, weight) ->
                lines.add("sample.weights." + ConfigUtil.joinPath(criterion) + " = " + weight));
    QuotaKind kind = QuotaKind.parse(setting.quotas(), By.SOURCE);
    lines.add("sample.quotas = " + Section.name(kind.kind()));
    lines.add("sample.by = " + (kind.kind() == Kind.NONE ? "null" : Section.name(kind.by())));
    if (kind.kind() != Kind.SHARES) {
      lines.add("sample.shares = null");
    }
    if (kind.kind() == Kind.NONE || kind.by() != By.SOURCE_AND_TOPIC) {
      lines.add("sample.topic-quotas = null");
    }
    if (kind.kind() == Kind.NONE) {
      for (String key : List.of("minimum", "maximum", "shortage")) {
        lines.add("sample." + key + " = null");
      }
    }
    return lines;
  }

  /** A temperature as it is configured. */
  static String temperature(double temperature) {
    if (temperature == Double.POSITIVE_INFINITY) {
      return "infinity";
    }
    return temperature == Math.rint(temperature) && temperature < 1e15
        ? Long.toString((long) temperature)
        : Double.toString(temperature);
  }
}
