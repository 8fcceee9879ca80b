package io.gradus.common.selection;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.job.UserMistake;
import io.gradus.common.selection.Quotas.Kind;
import io.gradus.common.selection.Quotas.Shortage;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Divides a token budget among groups.
 *
 * @param budgets tokens by group; their sum is the whole budget
 * @param wanted what each group would have had if every group had tokens enough
 */
@SuppressWarnings("ArrayRecordComponent") // a quarter of a million groups; used and never compared
public record QuotaBudgets(long[] budgets, long[] wanted) {
  private static final long SHARE_UNITS = 1L << 52;
  private static final int NAMES_IN_MESSAGE = 5;

  /**
   * Divides a budget so that each group gets its quota, but no less than its minimum and no more
   * than its maximum and than it has.
   *
   * @param budget the whole budget
   * @param selectable tokens by group, each document once
   * @param repeats how often a document may be taken
   * @throws UserMistake when the groups together cannot take the budget, or a group falls short and
   *     that is an error
   */
  public static QuotaBudgets of(
      Quotas quotas, QuotaGroups groups, long budget, long[] selectable, int repeats) {
    long[] capacity = new long[selectable.length];
    Arrays.setAll(capacity, group -> Math.multiplyExact(selectable[group], (long) repeats));
    requireEnough(budget, Arrays.stream(capacity).sum(), repeats);
    if (quotas.kind() == Kind.NONE) {
      return new QuotaBudgets(new long[] {budget}, new long[] {budget});
    }
    Bounds bounds = Bounds.of(quotas, groups, budget, capacity);
    long[] outerWeights = outerWeights(quotas, groups, selectable);
    long[] outerLeast = outerSums(groups, bounds.least);
    long[] outerMost = outerSums(groups, bounds.most);
    for (int i = 0; i < outerWeights.length; i++) {
      // A share of 0% is nothing, however short the others fall.
      outerMost[i] = outerWeights[i] == 0 ? outerLeast[i] : outerMost[i];
    }
    requireBounds(quotas, budget, outerLeast, outerMost);
    long[] outer = divide(budget, outerWeights, outerLeast, outerMost);
    long[] wantedOuter = proportional(budget, outerWeights);
    int inEach = groups.inEach();
    long[] budgets = new long[selectable.length];
    long[] wanted = new long[selectable.length];
    for (int i = 0; i < outer.length; i++) {
      int from = i * inEach;
      int to = from + inEach;
      long[] weights =
          inEach == 1
              ? new long[] {1}
              : weights(quotas.topicKind(), Arrays.copyOfRange(selectable, from, to));
      long[] inner =
          divide(
              outer[i],
              weights,
              Arrays.copyOfRange(bounds.least, from, to),
              Arrays.copyOfRange(bounds.most, from, to));
      System.arraycopy(inner, 0, budgets, from, inEach);
      System.arraycopy(proportional(wantedOuter[i], weights), 0, wanted, from, inEach);
    }
    if (quotas.shortage() == Shortage.ERROR) {
      requireNoShortage(groups, wanted, capacity);
    }
    return new QuotaBudgets(budgets, wanted);
  }

  /**
   * How many groups have fewer tokens than their quota.
   *
   * @param selectable tokens by group, each document once
   * @param repeats how often a document may be taken
   */
  public int shortGroups(long[] selectable, int repeats) {
    int count = 0;
    for (int group = 0; group < wanted.length; group++) {
      count += wanted[group] > Math.multiplyExact(selectable[group], (long) repeats) ? 1 : 0;
    }
    return count;
  }

  /** The bounds of each group, in tokens. */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  private record Bounds(long[] least, long[] most) {

    static Bounds of(Quotas quotas, QuotaGroups groups, long budget, long[] capacity) {
      List<NamePattern> minimums = patterns(quotas.minimum().keySet());
      List<NamePattern> maximums = patterns(quotas.maximum().keySet());
      requireMatches("sample.minimum", minimums, groups.names());
      requireMatches("sample.maximum", maximums, groups.names());
      long[] least = new long[capacity.length];
      long[] most = capacity.clone();
      if (minimums.isEmpty() && maximums.isEmpty()) {
        return new Bounds(least, most);
      }
      for (int group = 0; group < capacity.length; group++) {
        String name = groups.name(group);
        int index = group;
        NamePattern.mostSpecific(maximums, name)
            .ifPresent(
                pattern ->
                    most[index] =
                        Math.min(most[index], quotas.maximum().get(pattern.text()).in(budget)));
        NamePattern.mostSpecific(minimums, name)
            .ifPresent(
                pattern ->
                    least[index] =
                        Math.min(most[index], quotas.minimum().get(pattern.text()).in(budget)));
      }
      return new Bounds(least, most);
    }
  }

  private static List<NamePattern> patterns(Collection<String> texts) {
    return texts.stream().map(NamePattern::new).toList();
  }

  private static long[] outerSums(QuotaGroups groups, long[] values) {
    long[] sums = new long[groups.outer()];
    for (int group = 0; group < values.length; group++) {
      sums[group / groups.inEach()] += values[group];
    }
    return sums;
  }

  private static long[] outerWeights(Quotas quotas, QuotaGroups groups, long[] selectable) {
    long[] tokens = outerSums(groups, selectable);
    return quotas.kind() == Kind.SHARES
        ? shareWeights(quotas.shares(), groups, tokens)
        : weights(quotas.kind(), tokens);
  }

  private static long[] weights(Kind kind, long[] tokens) {
    return kind == Kind.EQUAL
        ? Arrays.stream(tokens).map(count -> count == 0 ? 0 : 1).toArray()
        : tokens.clone();
  }

  /** A pattern's share is divided among the groups that it names, by their tokens. */
  private static long[] shareWeights(
      Map<String, Double> shares, QuotaGroups groups, long[] tokens) {
    List<NamePattern> patterns = patterns(shares.keySet());
    requireMatches("sample.shares", patterns, groups.outerNames());
    Map<String, List<Integer>> members = new TreeMap<>();
    for (int group = 0; group < tokens.length; group++) {
      String name = groups.outerName(group);
      int index = group;
      NamePattern pattern =
          NamePattern.mostSpecific(patterns, name)
              .orElseThrow(
                  () ->
                      new UserMistake(
                          "sample.shares: nothing is said about '"
                              + name
                              + "'; give it a share, which may be 0%, or give all others one by"
                              + " \"*\"."));
      members.computeIfAbsent(pattern.text(), text -> new ArrayList<>()).add(index);
    }
    long[] weights = new long[tokens.length];
    shares.forEach(
        (pattern, share) -> {
          List<Integer> named = members.getOrDefault(pattern, List.of());
          if (named.isEmpty() && share > 0) {
            throw new UserMistake(
                "sample.shares: all that '"
                    + pattern
                    + "' matches has a share by a name that says more; remove it.");
          }
          long[] ofNamed = named.stream().mapToLong(group -> tokens[group]).toArray();
          if (Arrays.stream(ofNamed).allMatch(count -> count == 0)) {
            // So that their quota falls short, and does not vanish.
            Arrays.fill(ofNamed, 1);
          }
          long[] divided = proportional(Math.round(share * SHARE_UNITS), ofNamed);
          for (int i = 0; i < divided.length; i++) {
            weights[named.get(i)] = divided[i];
          }
        });
    return weights;
  }

  /**
   * Whole numbers as close to the weights' proportion as their bounds allow. What violates its
   * bound is fixed there, on the side that violates more in sum, until nothing violates one: the
   * algorithm by which CSS resolves flexible lengths (CSS Flexible Box Layout, section 9.7).
   *
   * @param most equal to {@code least} where the weight is 0
   */
  static long[] divide(long budget, long[] weights, long[] least, long[] most) {
    long[] result = new long[weights.length];
    boolean[] fixed = new boolean[weights.length];
    long left = budget;
    while (true) {
      List<Integer> open = new ArrayList<>();
      for (int i = 0; i < weights.length; i++) {
        if (!fixed[i]) {
          open.add(i);
        }
      }
      if (open.isEmpty()) {
        return result;
      }
      long[] shares = proportional(left, open.stream().mapToLong(i -> weights[i]).toArray());
      BigInteger violation = BigInteger.ZERO;
      for (int i = 0; i < shares.length; i++) {
        int group = open.get(i);
        long clamped = Math.max(least[group], Math.min(most[group], shares[i]));
        violation = violation.add(BigInteger.valueOf(clamped - shares[i]));
      }
      boolean changed = false;
      long before = left;
      for (int i = 0; i < shares.length; i++) {
        int group = open.get(i);
        boolean low = shares[i] < least[group];
        boolean high = shares[i] > most[group];
        boolean fix = violation.signum() == 0 || (violation.signum() > 0 ? low : high);
        if (fix) {
          result[group] = Math.max(least[group], Math.min(most[group], shares[i]));
          fixed[group] = true;
          left -= result[group];
          changed = true;
        }
      }
      if (!changed) {
        throw new IllegalStateException("Cannot divide " + before + " tokens");
      }
    }
  }

  /**
   * Shares of {@code budget} in proportion to {@code weights}, by largest remainder, ties by index:
   * whole numbers whose sum is the budget, or all 0 when the weights are.
   */
  static long[] proportional(long budget, long[] weights) {
    BigInteger total =
        Arrays.stream(weights)
            .mapToObj(BigInteger::valueOf)
            .reduce(BigInteger.ZERO, BigInteger::add);
    long[] shares = new long[weights.length];
    if (total.signum() == 0) {
      return shares;
    }
    BigInteger[] remainders = new BigInteger[weights.length];
    long given = 0;
    for (int i = 0; i < weights.length; i++) {
      BigInteger[] share =
          BigInteger.valueOf(budget)
              .multiply(BigInteger.valueOf(weights[i]))
              .divideAndRemainder(total);
      shares[i] = share[0].longValueExact();
      remainders[i] = share[1];
      given += shares[i];
    }
    int missing = Math.toIntExact(budget - given);
    if (missing > 0) {
      Integer[] order = new Integer[weights.length];
      Arrays.setAll(order, i -> i);
      Arrays.sort(
          order, Comparator.comparing((Integer i) -> remainders[i], Comparator.reverseOrder()));
      for (int i = 0; i < missing; i++) {
        shares[order[i]]++;
      }
    }
    return shares;
  }

  private static void requireEnough(long budget, long capacity, int repeats) {
    if (budget > capacity) {
      throw new UserMistake(
          say(
              "sample.tokens: the budget is %,d tokens (%s), but all documents that can be selected"
                  + " have only %,d (%s)%s. Set sample.tokens to at most %d, raise"
                  + " sample.max-repeats, or add input.",
              budget,
              Quantity.show(budget),
              capacity,
              Quantity.show(capacity),
              repeats == 1 ? "" : ", each " + repeats + " times",
              capacity));
    }
  }

  private static void requireBounds(Quotas quotas, long budget, long[] least, long[] most) {
    long lowest = Arrays.stream(least).sum();
    long highest = Arrays.stream(most).sum();
    if (lowest > budget) {
      throw new UserMistake(
          say(
              "sample.minimum: the groups' least budgets sum to %,d tokens, but sample.tokens is"
                  + " %,d. Lower the minimum, or raise sample.tokens.",
              lowest, budget));
    }
    if (highest < budget) {
      throw new UserMistake(
          say(
              "sample.%s: the groups can take at most %,d tokens, but sample.tokens is %,d. %s, or"
                  + " lower sample.tokens.",
              quotas.maximum().isEmpty() ? "shares" : "maximum",
              highest,
              budget,
              quotas.maximum().isEmpty()
                  ? "Give those with a share of 0% more"
                  : "Raise the maximum"));
    }
  }

  /** A name that is written wrong would silently have no effect. */
  private static void requireMatches(String place, List<NamePattern> patterns, List<String> names) {
    for (NamePattern pattern : patterns) {
      if (names.stream().noneMatch(pattern::matches)) {
        throw new UserMistake(
            place
                + ": '"
                + pattern.text()
                + "' matches nothing; "
                + Suggestion.nearest(pattern.text(), names)
                    .map(near -> "did you mean '" + near + "'? There are: ")
                    .orElse("there are: ")
                + String.join(", ", names.subList(0, Math.min(NAMES_IN_MESSAGE, names.size())))
                + (names.size() > NAMES_IN_MESSAGE ? ", ..." : "")
                + ".");
      }
    }
  }

  private static void requireNoShortage(QuotaGroups groups, long[] wanted, long[] capacity) {
    List<String> names = new ArrayList<>();
    long count = 0;
    for (int group = 0; group < wanted.length; group++) {
      if (wanted[group] > capacity[group]) {
        count++;
        if (names.size() < NAMES_IN_MESSAGE) {
          names.add(
              say("%s has %,d of %,d tokens", groups.name(group), capacity[group], wanted[group]));
        }
      }
    }
    if (count > 0) {
      throw new UserMistake(
          say(
              "sample.shortage: %s: %s%s. Set sample.shortage = share-out, lower %s share, or raise"
                  + " sample.max-repeats.",
              count == 1
                  ? "1 group has fewer tokens than its quota"
                  : say("%,d groups have fewer tokens than their quotas", count),
              String.join("; ", names),
              count > names.size() ? "; ..." : "",
              count == 1 ? "its" : "their"));
    }
  }

  private static String say(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
