package io.gradus.common.selection;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import io.gradus.common.configuration.Section;
import java.io.Serializable;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a token budget is divided: the part of the section {@code sample} that says so.
 *
 * @param kind how the budget of each group of the first level is found
 * @param by what the groups are
 * @param shares the share of the budget by pattern of names; only with {@link Kind#SHARES}
 * @param topicKind how a source's budget is divided among its topics; only with {@link
 *     By#SOURCE_AND_TOPIC}
 * @param minimum the least budget of a group, by pattern of names
 * @param maximum the greatest budget of a group, by pattern of names
 * @param shortage what happens when a group has fewer tokens than its quota
 */
public record Quotas(
    Kind kind,
    By by,
    Map<String, Double> shares,
    Kind topicKind,
    Map<String, TokenAmount> minimum,
    Map<String, TokenAmount> maximum,
    Shortage shortage)
    implements Serializable {

  /** One budget for all. */
  public static final Quotas NONE = of(Kind.NONE, By.SOURCE);

  /** How budgets are found. */
  public enum Kind {
    /** One budget for all. */
    NONE,
    /** Each group gets the share of the budget that it has of the selectable tokens. */
    PROPORTIONAL,
    /** Each group gets as much as any other. */
    EQUAL,
    /** Each group gets the share that is configured for its name. */
    SHARES
  }

  /** What the groups are. */
  public enum By {
    SOURCE,
    TOPIC,
    /** First the sources share the budget, then the topics of each source share that. */
    SOURCE_AND_TOPIC
  }

  /** What happens when a group has fewer tokens than its quota. */
  public enum Shortage {
    /** The other groups get what it lacks, in proportion to their quotas. */
    SHARE_OUT,
    /** The run stops and names the groups. */
    ERROR
  }

  private static final Key<Kind> QUOTAS =
      Key.choice(
          "quotas",
          Kind.NONE,
          "How the budget is divided among groups: not, in proportion to their tokens, equally, or by"
              + " `shares`.");
  private static final Key<By> BY =
      Key.choice("by", By.SOURCE, "What the groups are; topics need the section `topics`.");
  private static final Key<Section> SHARES =
      Key.byName(
          "shares",
          "pattern",
          "share",
          "With `quotas = shares`: the share of the budget for names that match; sums to 100%.");
  private static final Key<Kind> TOPIC_QUOTAS =
      Key.choice(
          "topic-quotas",
          Kind.PROPORTIONAL,
          EnumSet.of(Kind.PROPORTIONAL, Kind.EQUAL),
          "With `by = source-and-topic`: how the topics of a source share its budget.");
  private static final Key<Section> MINIMUM =
      Key.byName(
          "minimum",
          "pattern",
          "count or share",
          "The least budget of each group that matches, a share being one of the whole budget.");
  private static final Key<Section> MAXIMUM =
      Key.byName("maximum", "pattern", "count or share", "The greatest budget of each of them.");
  private static final Key<Shortage> SHORTAGE =
      Key.choice(
          "shortage",
          Shortage.SHARE_OUT,
          "What happens when a group has fewer tokens than its quota: the others get the rest, or the"
              + " run stops.");

  /** The keys about quotas. */
  public static final Keys KEYS =
      Keys.of(QUOTAS, BY, SHARES, TOPIC_QUOTAS, MINIMUM, MAXIMUM, SHORTAGE);

  public Quotas {
    shares = Map.copyOf(shares);
    minimum = Map.copyOf(minimum);
    maximum = Map.copyOf(maximum);
  }

  /** Quotas of a kind without further conditions. */
  public static Quotas of(Kind kind, By by) {
    return new Quotas(
        kind, by, Map.of(), Kind.PROPORTIONAL, Map.of(), Map.of(), Shortage.SHARE_OUT);
  }

  /** The same with another kind. */
  public Quotas withKind(Kind other) {
    return new Quotas(other, by, shares, topicKind, minimum, maximum, shortage);
  }

  /** Whether groups depend on topics. */
  public boolean needTopics() {
    return kind != Kind.NONE && by != By.SOURCE;
  }

  /** Reads the keys about quotas; the section's other keys are left to the caller. */
  public static Quotas read(Section section) {
    Kind kind = section.read(QUOTAS);
    By by = section.read(BY);
    Map<String, Double> shares = shares(section);
    Kind topicKind = section.read(TOPIC_QUOTAS);
    Quotas quotas =
        new Quotas(
            kind,
            by,
            shares,
            topicKind,
            amounts(section, MINIMUM),
            amounts(section, MAXIMUM),
            section.read(SHORTAGE));
    quotas.check(section);
    return quotas;
  }

  private void check(Section section) {
    if (kind == Kind.NONE) {
      for (Key<?> key : List.of(BY, TOPIC_QUOTAS, MINIMUM, MAXIMUM, SHORTAGE)) {
        if (section.has(key)) {
          section.problem(key, "means nothing without quotas = proportional, equal or shares");
        }
      }
    }
    if (kind == Kind.SHARES && shares.isEmpty()) {
      section.problem(
          SHARES, "missing; give each name its share, as in { wiki = 30%, \"*\" = 70% }");
    }
    if (kind != Kind.SHARES && !shares.isEmpty()) {
      section.problem(SHARES, "means nothing without quotas = shares");
    }
    double sum = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    if (!shares.isEmpty() && Math.abs(sum - 1) > 1e-9) {
      section.problem(SHARES, "sum to " + Math.round(sum * 1e8) / 1e6 + "%; they must sum to 100%");
    }
    if (section.has(TOPIC_QUOTAS) && by != By.SOURCE_AND_TOPIC) {
      section.problem(TOPIC_QUOTAS, "means nothing without by = source-and-topic");
    }
  }

  private static Map<String, Double> shares(Section section) {
    Map<String, Double> shares = new TreeMap<>();
    section
        .read(SHARES)
        .texts()
        .forEach(
            (name, text) -> {
              try {
                shares.put(name, share(text));
              } catch (IllegalArgumentException e) {
                section.problem(SHARES, "'" + name + "': " + e.getMessage());
              }
            });
    return shares;
  }

  private static double share(String text) {
    String value = text.strip();
    boolean percent = value.endsWith("%");
    try {
      double share =
          percent
              ? Double.parseDouble(value.substring(0, value.length() - 1).strip()) / 100
              : Double.parseDouble(value);
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, like a number out of range.
    }
    throw new IllegalArgumentException("'" + text + "' is not a share such as 30% or 0.3");
  }

  private static Map<String, TokenAmount> amounts(Section section, Key<Section> key) {
    Map<String, TokenAmount> amounts = new TreeMap<>();
    section
        .read(key)
        .texts()
        .forEach(
            (name, text) -> {
              try {
                amounts.put(name, TokenAmount.parse(text));
              } catch (IllegalArgumentException e) {
                section.problem(key, "'" + name + "': " + e.getMessage());
              }
            });
    return amounts;
  }
}
