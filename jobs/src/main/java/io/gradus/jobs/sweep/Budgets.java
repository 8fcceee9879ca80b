package io.gradus.jobs.sweep;

import io.gradus.common.selection.QuotaBudgets;
import io.gradus.jobs.sweep.SweepGrid.Family;
import java.util.Arrays;

/** The token budgets of all settings, by group. */
final class Budgets {
  private final SweepGrid grid;
  private final int[] epochs;
  private final long[] rest;
  private final long[][] tokens;
  private final String[][] impossible;
  private final int[][] shortGroups;

  /** Budgets of 0. */
  Budgets(SweepGrid grid) {
    int families = grid.families().size();
    int budgets = grid.budgets().size();
    this.grid = grid;
    this.epochs = new int[grid.cutoffs()];
    this.rest = new long[grid.cutoffs()];
    this.tokens = new long[families][budgets];
    this.impossible = new String[families][budgets];
    this.shortGroups = new int[families][budgets];
  }

  /**
   * Sets one setting's.
   *
   * @param whole the whole budget
   * @param available tokens by group
   * @param division by group
   * @param maxRepeats how often a document may be taken
   */
  void set(
      int number, int budget, long whole, long[] available, QuotaBudgets division, int maxRepeats) {
    Family family = grid.families().get(number);
    long[] budgets = division.budgets();
    tokens[number][budget] = whole;
    shortGroups[number][budget] = division.shortGroups(available, maxRepeats);
    for (int group = 0; group < budgets.length; group++) {
      int cutoff = family.firstCutoff() + group * grid.budgets().size() + budget;
      epochs[cutoff] =
          available[group] == 0 ? 0 : Math.toIntExact(budgets[group] / available[group]);
      rest[cutoff] = budgets[group] - epochs[cutoff] * available[group];
    }
  }

  /** Says why a setting cannot be done. */
  void refuse(int number, int budget, long whole, String reason) {
    tokens[number][budget] = whole;
    impossible[number][budget] = reason;
  }

  /** The whole budget of a setting. */
  long tokens(SweepGrid.Place place) {
    return tokens[place.family()][place.budget()];
  }

  /** Why a setting cannot be done; null where it can. */
  String impossible(SweepGrid.Place place) {
    return impossible[place.family()][place.budget()];
  }

  /** How many groups have fewer tokens than their quota. */
  int shortGroups(SweepGrid.Place place) {
    return shortGroups[place.family()][place.budget()];
  }

  /** How often whole groups are taken, by cut-off. */
  int[] epochs() {
    return epochs.clone();
  }

  /** What is taken once more, by cut-off. */
  long[] rest() {
    return Arrays.copyOf(rest, rest.length);
  }
}
