package io.gradus.jobs.sweep;

import io.gradus.common.configuration.Range;
import io.gradus.common.selection.KeyLadder;
import io.gradus.common.selection.Summary;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How the ratings of each criterion are counted.
 *
 * @param ladders by criterion, for quantiles
 * @param steps by criterion, for means
 * @param firstCells by criterion, the number of its first cell among those of all
 * @param cells how many there are
 */
@SuppressWarnings("ArrayRecordComponent") // used and never compared
record CriterionCells(List<KeyLadder> ladders, List<FixedPoint> steps, int[] firstCells, int cells)
    implements Serializable {
  private static final int MOST_CELLS_OF_ONE = 1 << 11;
  private static final int FEWEST_CELLS_OF_ONE = 32;

  /** Of all settings together, so that a task's fit into 64 MB. */
  private static final int MOST_CELLS = 1 << 23;

  /**
   * Cells that cover all ratings.
   *
   * @param overall by criterion
   * @param settings how many histograms of each criterion there will be
   * @param tokens an upper bound of the tokens in any one of them
   */
  static CriterionCells of(List<Summary> overall, int settings, double tokens) {
    int most =
        Math.max(
            FEWEST_CELLS_OF_ONE,
            Math.min(MOST_CELLS_OF_ONE, MOST_CELLS / Math.max(1, settings * overall.size())));
    List<KeyLadder> ladders = new ArrayList<>();
    List<FixedPoint> steps = new ArrayList<>();
    int[] firstCells = new int[overall.size()];
    int cells = 0;
    for (Summary summary : overall) {
      firstCells[ladders.size()] = cells;
      KeyLadder ladder = KeyLadder.over(new Range(summary.minimum(), summary.maximum()), most);
      ladders.add(ladder);
      cells += ladder.count();
      steps.add(
          FixedPoint.forSums(
              Math.max(Math.abs(summary.minimum()), Math.abs(summary.maximum())), tokens));
    }
    return new CriterionCells(List.copyOf(ladders), List.copyOf(steps), firstCells, cells);
  }
}
