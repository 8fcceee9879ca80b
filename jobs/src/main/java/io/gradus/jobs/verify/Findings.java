package io.gradus.jobs.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what was checked and what was wrong, and keeps the first breaches. */
final class Findings {
  /** How many breaches are kept; all are counted. */
  static final int MOST = 100;

  private final Map<Check, Long> checked = new EnumMap<>(Check.class);
  private final Map<Check, Long> wrong = new EnumMap<>(Check.class);
  private final List<Breach> breaches = new ArrayList<>();

  void checked(Check check, long count) {
    checked.merge(check, count, Long::sum);
  }

  void breach(Check check, String file, String place, String problem) {
    wrong.merge(check, 1L, Long::sum);
    if (breaches.size() < MOST) {
      breaches.add(new Breach(check, file, place, problem));
    }
  }

  void add(Summary other) {
    other.checked().forEach((check, count) -> checked.merge(check, count, Long::sum));
    other.wrong().forEach((check, count) -> wrong.merge(check, count, Long::sum));
    other.breaches().stream().limit(MOST - breaches.size()).forEach(breaches::add);
  }

  /**
   * All of it as a value.
   *
   * @param checked how many things each check looked at
   * @param wrong how many breaches each check found
   * @param breaches the first {@value #MOST} of them
   */
  record Summary(Map<Check, Long> checked, Map<Check, Long> wrong, List<Breach> breaches) {}

  Summary summary() {
    return new Summary(Map.copyOf(checked), Map.copyOf(wrong), List.copyOf(breaches));
  }
}
