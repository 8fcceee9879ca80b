package io.gradus.jobs.sweep;

import io.gradus.jobs.page.PageTemplate;
import io.gradus.jobs.page.ScriptJson;
import io.gradus.jobs.sweep.SweepReport.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report as a page on which settings can be compared and one be chosen. */
final class SweepPage {
  private SweepPage() {}

  /**
   * One setting as the page's script sees it.
   *
   * @param temperature as it is configured
   * @param lines to paste into the configuration
   */
  private record Point(
      int number,
      String mix,
      String temperature,
      String quotas,
      String budget,
      long budgetTokens,
      boolean current,
      SweepReport.Figures figures,
      List<String> lines) {}

  static String render(SweepReport report) {
    List<Setting> impossible =
        report.settings().stream().filter(setting -> setting.figures() == null).toList();
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("settings", count(report.settings().size()));
    view.put("documents", count(report.documents()));
    view.put("tokens", count(report.tokens()));
    view.put("topics", report.corpus().topicEntropy() > 0 ? List.of(true) : List.of());
    view.put(
        "estimate",
        report.estimateDocuments() < report.documents()
            ? "It is estimated from "
                + count(report.estimateDocuments())
                + " documents; its standard"
                + " error is told with each setting."
            : "It follows from all documents.");
    view.put("weights", weights(report.qualityWeights()));
    view.put(
        "impossible",
        impossible.stream()
            .map(
                setting ->
                    Map.of("setting", SweepTable.name(setting), "reason", setting.impossible()))
            .toList());
    view.put("refused", impossible.isEmpty() ? List.of() : List.of(true));
    view.put("data", ScriptJson.write(data(report)));
    return PageTemplate.render(SweepPage.class, "sweep", view);
  }

  private static Map<String, Object> data(SweepReport report) {
    List<Point> points = new ArrayList<>();
    for (Setting setting : report.settings()) {
      if (setting.figures() != null) {
        points.add(
            new Point(
                setting.number(),
                setting.mix(),
                SettingLines.temperature(setting.temperature()),
                setting.quotas(),
                setting.budget(),
                setting.budgetTokens(),
                setting.current(),
                setting.figures(),
                SettingLines.of(setting, report.maxRepeats())));
      }
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("criteria", report.criteria());
    data.put("documents", report.documents());
    data.put("corpus", report.corpus());
    data.put("points", points);
    return data;
  }

  private static String weights(Map<String, Double> weights) {
    List<String> parts = new ArrayList<>();
    weights.forEach((name, weight) -> parts.add(name + " × " + weight));
    return String.join(", ", parts);
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
