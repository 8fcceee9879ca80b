package io.gradus.jobs.sweep;

import io.gradus.common.job.UserMistake;
import io.gradus.common.selection.QuotaGroups;
import io.gradus.common.selection.Quotas;
import io.gradus.common.selection.Quotas.By;
import io.gradus.common.selection.Quotas.Kind;
import io.gradus.common.selection.Scoring;
import io.gradus.common.selection.TokenAmount;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All settings, in families: settings of one family differ in the budget alone, so they share keys
 * and groups, and a document is in them from some cut-off on. Families of the temperatures 0 and
 * infinity are there for every mix and quota, if only to be compared with.
 *
 * @param mixes in the order of their names, the current weights first
 * @param quotas without duplicates
 * @param groupings the ways to divide documents into groups that quotas use
 * @param budgets without duplicates
 * @param families by mix and then by temperature: 0, infinity and the others
 * @param columns the keys that families compare, in the order of families
 */
record SweepGrid(
    List<Mix> mixes,
    List<Quota> quotas,
    List<QuotaGroups> groupings,
    List<TokenAmount> budgets,
    List<Family> families,
    List<Column> columns)
    implements Serializable {
  private static final int CRITERIA_ALONE = 6;
  private static final int GROUPS_BY_DEFAULT = 1_000;

  /**
   * So many cut-offs are searched at once, which takes about 200 MB; it also bounds the histograms.
   */
  static final int MOST_CUTOFFS = 1 << 18;

  /** Sums by setting and source or topic, of 8 bytes each. */
  private static final int MOST_SUMS = 1 << 24;

  /**
   * Weights of criteria.
   *
   * @param weights those that are not 0
   */
  record Mix(String name, Map<String, Double> weights) implements Serializable {}

  /**
   * A way to divide a budget.
   *
   * @param grouping the number of its groups in {@link #groupings}
   */
  record Quota(QuotaKind kind, Quotas quotas, int grouping) implements Serializable {}

  /**
   * Settings that differ in the budget alone.
   *
   * @param column the number of its key in {@link #columns}
   * @param firstCutoff the number of the first cut-off: one for each group and budget, the budgets
   *     of a group side by side
   * @param asked by budget, whether the setting belongs to the answer
   * @param top the family of the same mix and quota at the temperature 0
   * @param uniform the same at infinity
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  record Family(
      int mix,
      double temperature,
      int quota,
      int column,
      int firstCutoff,
      boolean[] asked,
      int top,
      int uniform)
      implements Serializable {

    /** Whether others are compared with this one. */
    boolean isReference() {
      return temperature == 0 || temperature == Double.POSITIVE_INFINITY;
    }
  }

  /** A mix at a temperature, and its families: {@code firstFamily} to {@code lastFamily - 1}. */
  record Column(int mix, double temperature, int firstFamily, int lastFamily)
      implements Serializable {}

  /** What tells one family from another. */
  private record Name(int mix, double temperature, int quota) {
    /** References first, so that a row's copies in them are known when others are compared. */
    static final Comparator<Name> IN_ORDER =
        Comparator.comparingInt(Name::mix)
            .thenComparing(name -> name.temperature == 0 ? 0 : 1)
            .thenComparing(name -> name.temperature == Double.POSITIVE_INFINITY ? 0 : 1)
            .thenComparingDouble(Name::temperature)
            .thenComparingInt(Name::quota);
  }

  /**
   * The grid of a configuration.
   *
   * @param criteria those that the raters give
   * @param sources the names of sources by their numbers
   * @param topics how many topics there are; 0 when there are none
   * @throws UserMistake when a criterion is unknown, topics are missing, or there are too many
   *     groups
   */
  static SweepGrid of(SweepConfig config, List<String> criteria, List<String> sources, int topics) {
    CurrentSampling current = config.current();
    List<Mix> mixes = mixes(config, criteria);
    List<QuotaKind> kinds = kinds(config, sources.size(), topics);
    List<TokenAmount> budgets = new ArrayList<>(config.budgets());
    if (current.comparable() && !budgets.contains(current.budget())) {
      budgets.add(current.budget());
    }
    int firstMix = config.mixes().isEmpty() ? 0 : 1;
    requireFewSettings(
        (long) (mixes.size() - firstMix)
            * config.temperatures().size()
            * kinds.size()
            * config.budgets().size());
    Map<Name, boolean[]> asked = new LinkedHashMap<>();
    for (int mix = firstMix; mix < mixes.size(); mix++) {
      for (double temperature : config.temperatures()) {
        for (int quota = 0; quota < kinds.size(); quota++) {
          boolean[] ofFamily = new boolean[budgets.size()];
          Arrays.fill(ofFamily, 0, config.budgets().size(), true);
          asked.put(new Name(mix, temperature, quota), ofFamily);
        }
      }
    }
    List<QuotaKind> allKinds = new ArrayList<>(kinds);
    addCurrent(config, mixes, allKinds, budgets, asked, groupsOf(sources, topics));
    List<QuotaGroups> groupings = new ArrayList<>();
    Map<String, Integer> numbers = new TreeMap<>();
    List<Quota> quotas = new ArrayList<>();
    for (QuotaKind kind : allKinds) {
      requireTopics(kind, topics);
      String grouping = kind.kind() == Kind.NONE ? "" : kind.by().name();
      if (!numbers.containsKey(grouping)) {
        numbers.put(grouping, groupings.size());
        groupings.add(QuotaGroups.of(kind.with(current.quotas()), sources, topics));
      }
      quotas.add(new Quota(kind, kind.with(current.quotas()), numbers.get(grouping)));
    }
    return assembled(mixes, quotas, groupings, budgets, asked, sources.size() + topics);
  }

  /** Mixes and quotas that are not configured are known only here. */
  private static void requireFewSettings(long settings) {
    if (settings > SweepConfig.MOST_SETTINGS) {
      throw new UserMistake(
          String.format(
              Locale.ROOT,
              "sweep: temperatures, mixes, quotas and budgets make %,d settings; compare at most"
                  + " %,d. Give fewer of them; without sweep.mixes and sweep.quotas there are"
                  + " several of both.",
              settings,
              SweepConfig.MOST_SETTINGS));
    }
  }

  private interface GroupCount {
    int of(QuotaKind kind);
  }

  private static GroupCount groupsOf(List<String> sources, int topics) {
    return kind ->
        kind.needsTopics() && topics == 0
            ? Integer.MAX_VALUE
            : QuotaGroups.of(Quotas.of(kind.kind(), kind.by()), sources, topics).count();
  }

  private static void requireTopics(QuotaKind kind, int topics) {
    if (kind.needsTopics() && topics == 0) {
      throw new UserMistake(
          "sweep.quotas: '"
              + kind
              + "' needs topics; add a section topics { count = 25 }, or write '"
              + new QuotaKind(kind.kind(), By.SOURCE)
              + "'.");
    }
  }

  /** The current weights first, whether or not they are asked for. */
  private static List<Mix> mixes(SweepConfig config, List<String> criteria) {
    Scoring scoring = config.current().scoring();
    Mix current =
        new Mix(SweepConfig.CURRENT_MIX, scoring.resolvedWeights("sample.weights", criteria));
    List<Mix> mixes = new ArrayList<>(List.of(current));
    config
        .mixes()
        .forEach(
            (name, weights) ->
                mixes.add(
                    new Mix(
                        name,
                        scoring
                            .withWeights(weights)
                            .resolvedWeights("sweep.mixes." + name, criteria))));
    if (config.mixes().isEmpty()) {
      Map<String, Double> alike = scoring.withWeights(Map.of()).resolvedWeights("", criteria);
      // A criterion that counts against a document now does so in every mix.
      alike.replaceAll((name, one) -> current.weights().getOrDefault(name, one) < 0 ? -one : one);
      if (!alike.equals(current.weights())) {
        mixes.add(new Mix("balanced", alike));
      }
      if (current.weights().size() > 1) {
        current.weights().keySet().stream()
            .limit(CRITERIA_ALONE)
            .forEach(
                name ->
                    mixes.add(
                        new Mix(name, Map.of(name, Math.signum(current.weights().get(name))))));
      }
    }
    return mixes;
  }

  private static List<QuotaKind> kinds(SweepConfig config, int sources, int topics) {
    if (!config.quotas().isEmpty()) {
      return config.quotas();
    }
    Set<QuotaKind> kinds = new LinkedHashSet<>(List.of(QuotaKind.NONE));
    if (sources > 1 && sources <= GROUPS_BY_DEFAULT) {
      kinds.add(new QuotaKind(Kind.PROPORTIONAL, By.SOURCE));
    }
    QuotaKind current = QuotaKind.of(config.current().quotas());
    long groups =
        switch (current.by()) {
          case SOURCE -> sources;
          case TOPIC -> topics;
          case SOURCE_AND_TOPIC -> (long) sources * topics;
        };
    if (groups <= GROUPS_BY_DEFAULT) {
      kinds.add(current);
    }
    return List.copyOf(kinds);
  }

  /** Adds the current configuration, where it is a setting and has not too many groups. */
  private static void addCurrent(
      SweepConfig config,
      List<Mix> mixes,
      List<QuotaKind> kinds,
      List<TokenAmount> budgets,
      Map<Name, boolean[]> asked,
      GroupCount groups) {
    CurrentSampling current = config.current();
    QuotaKind kind = QuotaKind.of(current.quotas());
    if (!current.comparable()
        || (!kinds.contains(kind) && 3L * groups.of(kind) * budgets.size() > MOST_CUTOFFS / 4)) {
      return;
    }
    if (!kinds.contains(kind)) {
      kinds.add(kind);
    }
    Map<String, Double> weights = mixes.get(0).weights();
    int mix = 0;
    for (int other = mixes.size() - 1; other > 0; other--) {
      // A mix of the grid with the same weights stands for the current ones.
      mix = mixes.get(other).weights().equals(weights) ? other : mix;
    }
    Name name = new Name(mix, current.temperature() + 0.0, kinds.indexOf(kind));
    asked
            .computeIfAbsent(name, missing -> new boolean[budgets.size()])[
            budgets.indexOf(current.budget())] =
        true;
  }

  private static SweepGrid assembled(
      List<Mix> mixes,
      List<Quota> quotas,
      List<QuotaGroups> groupings,
      List<TokenAmount> budgets,
      Map<Name, boolean[]> asked,
      int parts) {
    Map<Name, boolean[]> all = new LinkedHashMap<>(asked);
    for (Name name : asked.keySet()) {
      for (double reference : new double[] {0, Double.POSITIVE_INFINITY}) {
        all.putIfAbsent(new Name(name.mix(), reference, name.quota()), new boolean[budgets.size()]);
      }
    }
    List<Name> names = all.keySet().stream().sorted(Name.IN_ORDER).toList();
    List<Family> families = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    long cutoffs = 0;
    for (int i = 0; i < names.size(); i++) {
      Name name = names.get(i);
      if (i == 0
          || names.get(i - 1).mix() != name.mix()
          || names.get(i - 1).temperature() != name.temperature()) {
        columns.add(new Column(name.mix(), name.temperature(), i, i));
      }
      Column column = columns.get(columns.size() - 1);
      columns.set(
          columns.size() - 1,
          new Column(column.mix(), column.temperature(), column.firstFamily(), i + 1));
      families.add(
          new Family(
              name.mix(),
              name.temperature(),
              name.quota(),
              columns.size() - 1,
              (int) Math.min(Integer.MAX_VALUE, cutoffs),
              all.get(name),
              names.indexOf(new Name(name.mix(), 0, name.quota())),
              names.indexOf(new Name(name.mix(), Double.POSITIVE_INFINITY, name.quota()))));
      cutoffs += (long) groupings.get(quotas.get(name.quota()).grouping()).count() * budgets.size();
    }
    requireFewCutoffs(cutoffs, quotas, groupings);
    requireFewSums((long) families.size() * budgets.size(), parts);
    return new SweepGrid(
        List.copyOf(mixes),
        List.copyOf(quotas),
        List.copyOf(groupings),
        List.copyOf(budgets),
        List.copyOf(families),
        List.copyOf(columns));
  }

  private static void requireFewCutoffs(
      long cutoffs, List<Quota> quotas, List<QuotaGroups> groupings) {
    if (cutoffs <= MOST_CUTOFFS) {
      return;
    }
    Quota largest =
        quotas.stream()
            .max(Comparator.comparingInt(quota -> groupings.get(quota.grouping()).count()))
            .orElseThrow();
    throw new UserMistake(
        String.format(
            Locale.ROOT,
            "sweep.quotas: '%s' has %,d groups, and all settings together need %,d cut-offs; at"
                + " most %,d can be compared at once. Leave it out, group by source alone, or"
                + " compare fewer temperatures, mixes or budgets.",
            largest.kind(),
            groupings.get(largest.grouping()).count(),
            cutoffs,
            MOST_CUTOFFS));
  }

  private static void requireFewSums(long settings, int parts) {
    if (settings * parts > MOST_SUMS) {
      throw new UserMistake(
          String.format(
              Locale.ROOT,
              "sweep: %,d settings times %,d sources and topics are more numbers than fit into"
                  + " memory; compare at most %,d settings, those at the temperatures 0 and infinity"
                  + " counted.",
              settings,
              parts,
              MOST_SUMS / parts));
    }
  }

  /** The groups of a family. */
  QuotaGroups groups(Family family) {
    return groupings.get(grouping(family));
  }

  int grouping(Family family) {
    return quotas.get(family.quota()).grouping();
  }

  /** How many cut-offs there are. */
  int cutoffs() {
    Family last = families.get(families.size() - 1);
    return last.firstCutoff() + groups(last).count() * budgets.size();
  }

  /** A setting by the numbers of its family and its budget. */
  record Place(int family, int budget) {}

  /** The settings that belong to the answer, in the order of families and budgets. */
  List<Place> asked() {
    List<Place> places = new ArrayList<>();
    for (int family = 0; family < families.size(); family++) {
      for (int budget = 0; budget < budgets.size(); budget++) {
        if (families.get(family).asked()[budget]) {
          places.add(new Place(family, budget));
        }
      }
    }
    return places;
  }

  /** Whether a setting is what the configuration selects now. */
  boolean isCurrent(CurrentSampling current, Family family, int budget) {
    return current.comparable()
        && family.temperature() == current.temperature()
        && quotas.get(family.quota()).kind().equals(QuotaKind.of(current.quotas()))
        && budgets.get(budget).equals(current.budget())
        && mixes.get(family.mix()).weights().equals(mixes.get(0).weights());
  }
}
