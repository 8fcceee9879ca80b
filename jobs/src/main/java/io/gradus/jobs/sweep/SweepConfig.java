package io.gradus.jobs.sweep;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
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

  private static final Key<List<Double>> TEMPERATURE_LIST =
      Key.numbers("temperatures", Range.NOT_NEGATIVE, "Temperatures to compare.")
          .otherwise("`[0, 0.5, 1, 2, 4, infinity]` and the current one");
  private static final Key<Section> MIXES =
      Key.byName(
              "mixes",
              "name",
              "weights by criterion",
              "Weights of criteria to compare; `{ }` is all criteria alike.")
          .otherwise("the current weights, all alike, each criterion alone");
  private static final Key<List<String>> QUOTAS =
      Key.<List<String>>of(
          "quotas",
          "list of `none`, or `proportional`, `equal`, `shares`, each alone or `by source`, `by"
              + " topic`, `by source-and-topic`",
          "`none`, `proportional by source`, and the current one",
          (section, name, none) -> section.texts(name, List.of()),
          "Ways to divide the budget to compare.");
  private static final Key<List<String>> BUDGETS =
      Key.<List<String>>of(
          "budgets",
          "list of counts or shares",
          "the current one and half of it; `[10%, 25%, 50%]` where everything is taken",
          (section, name, none) -> section.texts(name, List.of()),
          "Token budgets to compare.");
  private static final Key<Map<String, Double>> QUALITY =
      Scoring.weights("quality", "The score by which settings are compared.")
          .otherwise("the current weights");
  private static final Key<Long> ESTIMATE_DOCUMENTS =
      Key.count(
          "estimate-documents",
          1 << 19,
          new Range(1_000, 1 << 20),
          "About so many documents are looked at to estimate diversity.");

  /** The keys of the section. */
  public static final Keys KEYS =
      Keys.of(TEMPERATURE_LIST, MIXES, QUOTAS, BUDGETS, QUALITY, ESTIMATE_DOCUMENTS);

  /** Reads the section; a section without keys, or none at all, makes a grid around the current. */
  public static SweepConfig read(Section section, CurrentSampling current) {
    SweepConfig config =
        new SweepConfig(
            temperatures(section, current),
            mixes(section, current.scoring()),
            quotas(section, current),
            budgets(section, current),
            Scoring.checkedWeights(section, QUALITY),
            section.read(ESTIMATE_DOCUMENTS),
            current);
    section.finish(KEYS);
    config.requireFewSettings(section);
    return config;
  }

  private static List<Double> temperatures(Section section, CurrentSampling current) {
    TreeSet<Double> temperatures = new TreeSet<>();
    for (double temperature : section.read(TEMPERATURE_LIST)) {
      temperatures.add(temperature + 0.0);
    }
    if (!section.has(TEMPERATURE_LIST)) {
      temperatures.addAll(TEMPERATURES);
      if (current.comparable()) {
        temperatures.add(current.temperature() + 0.0);
      }
    } else if (temperatures.isEmpty()) {
      section.problem(TEMPERATURE_LIST, "needs at least one, as in [0.5, 1, 2, infinity]");
    }
    return List.copyOf(temperatures);
  }

  private static Map<String, Map<String, Double>> mixes(Section parent, Scoring scoring) {
    Section section = parent.read(MIXES);
    Map<String, Map<String, Double>> mixes = new TreeMap<>();
    for (String name : section.keys()) {
      if (name.equals(CURRENT_MIX)) {
        section.problem(
            name, "is the name of the weights of the section sample; choose another one");
      }
      mixes.put(name, Scoring.checkedWeights(section, Scoring.weights(name, "")));
      if (scoring.combine() != Scoring.Combine.SUM
          && mixes.get(name).values().stream().anyMatch(weight -> weight < 0)) {
        section.problem(
            name, "must not be negative with sample.combine = " + Section.name(scoring.combine()));
      }
    }
    if (parent.has(MIXES) && mixes.isEmpty()) {
      parent.problem(MIXES, "needs at least one, as in { facts { facts_and_trivia = 1 } }");
    }
    return mixes;
  }

  private static List<QuotaKind> quotas(Section section, CurrentSampling current) {
    List<QuotaKind> quotas = new ArrayList<>();
    for (String text : section.read(QUOTAS)) {
      try {
        QuotaKind kind = QuotaKind.parse(text, current.quotas().by());
        if (kind.kind() == Kind.SHARES && current.quotas().kind() != Kind.SHARES) {
          section.problem(QUOTAS, "'" + text + "' needs sample.quotas = shares with sample.shares");
        }
        if (!quotas.contains(kind)) {
          quotas.add(kind);
        }
      } catch (IllegalArgumentException e) {
        section.problem(QUOTAS, e.getMessage());
      }
    }
    if (section.has(QUOTAS) && quotas.isEmpty()) {
      section.problem(QUOTAS, "needs at least one, as in [none, proportional]");
    }
    return List.copyOf(quotas);
  }

  private static List<TokenAmount> budgets(Section section, CurrentSampling current) {
    List<TokenAmount> budgets = new ArrayList<>();
    for (String text : section.read(BUDGETS)) {
      try {
        TokenAmount budget = TokenAmount.parse(text);
        if (budget.tokens() <= 0 && budget.share() == 0) {
          section.problem(BUDGETS, "'" + text + "' selects nothing; give at least 1 token");
        }
        if (!budgets.contains(budget)) {
          budgets.add(budget);
        }
      } catch (IllegalArgumentException e) {
        section.problem(BUDGETS, e.getMessage());
      }
    }
    if (section.has(BUDGETS)) {
      if (budgets.isEmpty()) {
        section.problem(BUDGETS, "needs at least one, as in [10%, 30B]");
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
          TEMPERATURE_LIST,
          "with mixes, quotas and budgets these make "
              + settings
              + " settings; compare at most "
              + MOST_SETTINGS);
    }
  }
}
