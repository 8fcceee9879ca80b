package io.gradus.jobs.sweep;

import io.gradus.jobs.sweep.SweepReport.Figures;
import io.gradus.jobs.sweep.SweepReport.Setting;
import java.util.List;

/** Which settings no other one beats. */
final class ParetoFront {
  private ParetoFront() {}

  /**
   * Marks the settings that have more quality than all others of the same budget with as much
   * diversity. Budgets are not compared, since a smaller one always allows more quality.
   */
  static List<Setting> mark(List<Setting> settings) {
    return settings.stream()
        .map(
            setting ->
                setting.withFront(
                    setting.figures() != null
                        && settings.stream().noneMatch(other -> beats(other, setting))))
        .toList();
  }

  private static boolean beats(Setting one, Setting other) {
    if (one.figures() == null || !one.budget().equals(other.budget())) {
      return false;
    }
    Figures mine = one.figures();
    Figures others = other.figures();
    return mine.quality() >= others.quality()
        && mine.diversity() >= others.diversity()
        && (mine.quality() > others.quality() || mine.diversity() > others.diversity());
  }
}
