package io.gradus.jobs.sample;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Divides a token budget among groups. */
final class Budgets {
  private Budgets() {}

  /**
   * Shares of {@code budget} in proportion to {@code available}, by largest remainder, ties by
   * name: whole numbers whose sum is the budget.
   */
  static Map<String, Long> proportional(long budget, Map<String, Long> available) {
    BigInteger total =
        available.values().stream()
            .map(BigInteger::valueOf)
            .reduce(BigInteger.ZERO, BigInteger::add);
    Map<String, Long> shares = new TreeMap<>();
    if (total.signum() == 0) {
      available.keySet().forEach(group -> shares.put(group, 0L));
      return shares;
    }
    Map<String, BigInteger> remainders = new TreeMap<>();
    long given = 0;
    for (Map.Entry<String, Long> group : available.entrySet()) {
      BigInteger[] share =
          BigInteger.valueOf(budget)
              .multiply(BigInteger.valueOf(group.getValue()))
              .divideAndRemainder(total);
      shares.put(group.getKey(), share[0].longValueExact());
      remainders.put(group.getKey(), share[1]);
      given += share[0].longValueExact();
    }
    List<String> byRemainder =
        remainders.entrySet().stream()
            .sorted(
                Map.Entry.<String, BigInteger>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(Map.Entry::getKey)
            .toList();
    for (int i = 0; i < budget - given; i++) {
      shares.merge(byRemainder.get(i), 1L, Long::sum);
    }
    return shares;
  }
}
