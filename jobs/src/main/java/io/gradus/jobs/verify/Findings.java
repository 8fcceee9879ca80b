package io.gradus.jobs.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Counts what was checked and what was wrong, and keeps the first breaches. */
final class Findings {
  /** How many breaches are kept of all shards together; all are counted. */
  static final int MOST = 100;

  /** How many are kept of one shard or one table, so that the driver's memory is bounded. */
  static final int MOST_OF_PART = 5;

  private final int most;
  private final Map<Check, Long> checked = new EnumMap<>(Check.class);
  private final Map<Check, Long> wrong = new EnumMap<>(Check.class);
  private final Map<Check, List<Breach>> breaches = new EnumMap<>(Check.class);

  /** Nothing found so far; keeps so many breaches. */
  Findings(int most) {
    this.most = most;
  }

  void checked(Check check, long count) {
    checked.merge(check, count, Long::sum);
  }

  void breach(Check check, String file, String place, String problem) {
    wrong.merge(check, 1L, Long::sum);
    keep(new Breach(check, file, place, problem));
  }

  /** Counts breaches of which only the first are given. */
  void breaches(Check check, long count, List<Breach> first) {
    wrong.merge(check, count, Long::sum);
    first.forEach(this::keep);
  }

  void add(Summary other) {
    other.checked().forEach((check, count) -> checked.merge(check, count, Long::sum));
    other.wrong().forEach((check, count) -> wrong.merge(check, count, Long::sum));
    other.breaches().forEach(this::keep);
  }

  private void keep(Breach breach) {
    List<Breach> kept = breaches.computeIfAbsent(breach.check(), check -> new ArrayList<>());
    if (kept.size() < most) {
      kept.add(breach);
    }
  }

  /**
   * All of it as a value.
   *
   * @param checked how many things each check looked at
   * @param wrong how many breaches each check found
   * @param breaches the first of each check, then the second of each, and so on
   */
  record Summary(Map<Check, Long> checked, Map<Check, Long> wrong, List<Breach> breaches) {}

  Summary summary() {
    // One check's many breaches must not hide another's.
    List<Breach> first =
        IntStream.range(0, most)
            .boxed()
            .flatMap(
                rank ->
                    breaches.values().stream()
                        .filter(kept -> kept.size() > rank)
                        .map(kept -> kept.get(rank)))
            .limit(most)
            .toList();
    return new Summary(Map.copyOf(checked), Map.copyOf(wrong), first);
  }
}
