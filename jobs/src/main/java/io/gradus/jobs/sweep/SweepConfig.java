package io.gradus.jobs.sweep;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import io.gradus.common.selection.Quotas.Kind;
import io.gradus.common.selection.Scoring;
import io.gradus.common.selection.TokenAmount;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The section {@code sweep}: the grid of settings to compare.
 *
 * @param temperatures ascending; 0 takes the best, infinity draws uniformly
 * @param mixes weights of criteria by name; empty for the current weights and each criterion alone
 * @param quotas ways to divide a budget; empty for none, by source, and the current one
 * @param budgets token budgets
 * @param quality the weights of the score by whose percentile settings are compared; empty for the
 *     current ones
 * @param estimateDocuments about so many documents are looked at to estimate diversity
 * @param current the section {@code sample}
 */
public record SweepConfig(
    List<Double> temperatures,
    Map<String, Map<String, Double>> mixes,
    List<QuotaKind> quotas,
    List<TokenAmount> budgets,
    Map<String, Double> quality,
    long estimateDocuments,
    CurrentSampling current)
    implements Serializable {
  /** The name of the weights of the section {@code sample}. */
  static final String CURRENT_MIX = "sample";

  /** So many settings are compared at most, beside the current one. */
  static final int MOST_SETTINGS = 5_000;

  private static final List<Double> TEMPERATURES =
      List.of(0.0, 0.5, 1.0, 2.0, 4.0, Double.POSITIVE_INFINITY);

  /** Reads the section; a section without keys, or none at all, makes a grid around the current. */
  public static SweepConfig read(Section section, CurrentSampling current) {
    SweepConfig config =
        new SweepConfig(
            temperatures(section, current),
            mixes(section, current.scoring()),
            quotas(section, current),
            budgets(section, current),
            Scoring.weights(section, "quality"),
            section.count("estimate-documents", 1 << 19, new Range(1_000, 1 << 20)),
            current);
    section.finish();
    config.requireFewSettings(section);
    return config;
  }

  private static List<Double> temperatures(Section section, CurrentSampling current) {
    TreeSet<Double> temperatures = new TreeSet<>();
    for (double temperature : section.numbers("temperatures", Range.NOT_NEGATIVE)) {
      temperatures.add(temperature + 0.0);
    }
    if (!section.has("temperatures")) {
      temperatures.addAll(TEMPERATURES);
      if (current.comparable()) {
        temperatures.add(current.temperature() + 0.0);
      }
    } else if (temperatures.isEmpty()) {
      section.problem("temperatures", "needs at least one, as in [0.5, 1, 2, infinity]");
    }
    return List.copyOf(temperatures);
  }

  private static Map<String, Map<String, Double>> mixes(Section parent, Scoring scoring) {
    Section section = parent.section("mixes");
    Map<String, Map<String, Double>> mixes = new TreeMap<>();
    for (String name : section.keys()) {
      if (name.equals(CURRENT_MIX)) {
        section.problem(
            name, "is the name of the weights of the section sample; choose another one");
      }
      mixes.put(name, Scoring.weights(section, name));
      if (scoring.combine() != Scoring.Combine.SUM
          && mixes.get(name).values().stream().anyMatch(weight -> weight < 0)) {
        section.problem(
            name, "must not be negative with sample.combine = " + Section.name(scoring.combine()));
      }
    }
    if (parent.has("mixes") && mixes.isEmpty()) {
      parent.problem("mixes", "needs at least one, as in { facts { facts_and_trivia = 1 } }");
    }
    return mixes;
  }

  private static List<QuotaKind> quotas(Section section, CurrentSampling current) {
    List<QuotaKind> quotas = new ArrayList<>();
    for (String text : section.texts("quotas", List.of())) {
      try {
        QuotaKind kind = QuotaKind.parse(text, current.quotas().by());
        if (kind.kind() == Kind.SHARES && current.quotas().kind() != Kind.SHARES) {
          section.problem(
              "quotas", "'" + text + "' needs sample.quotas = shares with sample.shares");
        }
        if (!quotas.contains(kind)) {
          quotas.add(kind);
        }
      } catch (IllegalArgumentException e) {
        section.problem("quotas", e.getMessage());
      }
    }
    if (section.has("quotas") && quotas.isEmpty()) {
      section.problem("quotas", "needs at least one, as in [none, proportional]");
    }
    return List.copyOf(quotas);
  }

  private static List<TokenAmount> budgets(Section section, CurrentSampling current) {
    List<TokenAmount> budgets = new ArrayList<>();
    for (String text : section.texts("budgets", List.of())) {
      try {
        TokenAmount budget = TokenAmount.parse(text);
        if (budget.tokens() <= 0 && budget.share() == 0) {
          section.problem("budgets", "'" + text + "' selects nothing; give at least 1 token");
        }
        if (!budgets.contains(budget)) {
          budgets.add(budget);
        }
      } catch (IllegalArgumentException e) {
        section.problem("budgets", e.getMessage());
      }
    }
    if (section.has("budgets")) {
      if (budgets.isEmpty()) {
        section.problem("budgets", "needs at least one, as in [10%, 30B]");
      }
      return List.copyOf(budgets);
    }
    TokenAmount now = current.budget();
    if (now.share() == 1) {
      return List.of(TokenAmount.ofShare(0.1), TokenAmount.ofShare(0.25), TokenAmount.ofShare(0.5));
    }
    TokenAmount half =
        now.tokens() > 0
            ? TokenAmount.of(Math.max(1, now.tokens() / 2))
            : TokenAmount.ofShare(now.share() / 2);
    return half.equals(now) ? List.of(now) : List.of(half, now);
  }

  private void requireFewSettings(Section section) {
    long settings =
        (long) temperatures.size()
            * Math.max(1, mixes.size())
            * Math.max(1, quotas.size())
            * budgets.size();
    if (settings > MOST_SETTINGS) {
      section.problem(
          "temperatures",
          "with mixes, quotas and budgets these make "
              + settings
              + " settings; compare at most "
              + MOST_SETTINGS);
    }
  }
}
