package io.gradus.jobs.sweep;

import io.gradus.common.configuration.Range;
import io.gradus.common.selection.CutoffSearch;
import io.gradus.common.selection.KeyLadder;
import io.gradus.common.table.RatingBatch;
import io.gradus.jobs.sweep.SweepGrid.Column;
import io.gradus.jobs.sweep.SweepGrid.Family;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Tokens and documents by column, group and place of the key on the column's ladder, and tokens by
 * place of the score that quality is measured by. Families with the same column and groups share
 * histograms.
 */
final class KeyHistograms implements Serializable {
  private static final long serialVersionUID = 1;

  /** Of all histograms together, so that a task's fit into 32 MB. */
  private static final int MOST_CELLS = 1 << 21;

  private static final int MOST_CELLS_OF_ONE = 1 << 12;
  private static final int FEWEST_CELLS_OF_ONE = 8;
  private static final int QUALITY_CELLS = 1 << 13;
  private static final int NO_HISTOGRAM = -1;

  /** How much Gumbel noise there can be: that of the least and the greatest unit number. */
  private static final Range NOISE = new Range(-3.6, 36.8);

  private final Layout layout;
  private final long[] counts;
  private final long[] qualityTokens;
  private long documents;

  /**
   * Where the histograms lie.
   *
   * @param ladders by column
   * @param quality the ladder of the score that quality is measured by
   * @param firstCells by column and grouping, the number of the first group's first cell
   * @param cells how many cells there are
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  record Layout(List<KeyLadder> ladders, KeyLadder quality, int[][] firstCells, int cells)
      implements Serializable {

    /**
     * A layout for a grid.
     *
     * @param scores between which numbers the scores of each mix lie
     * @param qualities the same for the score that quality is measured by
     */
    static Layout of(SweepGrid grid, List<Range> scores, Range qualities) {
      boolean[][] used = new boolean[grid.columns().size()][grid.groupings().size()];
      long histograms = 0;
      for (Family family : grid.families()) {
        if (!used[family.column()][grid.grouping(family)]) {
          used[family.column()][grid.grouping(family)] = true;
          histograms += grid.groups(family).count();
        }
      }
      int most =
          (int)
              Math.max(
                  FEWEST_CELLS_OF_ONE,
                  Math.min(MOST_CELLS_OF_ONE, MOST_CELLS / Math.max(1, histograms)));
      List<KeyLadder> ladders =
          grid.columns().stream()
              .map(column -> KeyLadder.over(keys(column, scores.get(column.mix())), most))
              .toList();
      int[][] firstCells = new int[used.length][grid.groupings().size()];
      int cells = 0;
      for (int column = 0; column < used.length; column++) {
        for (int grouping = 0; grouping < used[column].length; grouping++) {
          firstCells[column][grouping] = NO_HISTOGRAM;
          if (used[column][grouping]) {
            firstCells[column][grouping] = cells;
            cells += ladders.get(column).count() * grid.groupings().get(grouping).count();
          }
        }
      }
      return new Layout(ladders, KeyLadder.over(qualities, QUALITY_CELLS), firstCells, cells);
    }

    /** The bits of the widest cells of keys. */
    int coarsestBits() {
      return ladders.stream().mapToInt(KeyLadder::bits).min().orElseThrow();
    }

    private static Range keys(Column column, Range scores) {
      if (column.temperature() == 0) {
        return scores;
      }
      if (column.temperature() == Double.POSITIVE_INFINITY) {
        return NOISE;
      }
      return new Range(
          scores.least() / column.temperature() + NOISE.least(),
          scores.most() / column.temperature() + NOISE.most());
    }
  }

  KeyHistograms(Layout layout) {
    this.layout = layout;
    this.counts = new long[2 * layout.cells()];
    this.qualityTokens = new long[layout.quality().count()];
  }

  /** Adds a batch. */
  void add(SweepGrid grid, RatingBatch batch, SweepRule.Rows rows, int[] places) {
    int size = batch.size;
    documents += size;
    for (int row = 0; row < size; row++) {
      if (!Double.isNaN(rows.qualities[row])) {
        qualityTokens[layout.quality().of(rows.qualities[row])] += batch.tokens[row];
      }
    }
    for (int column = 0; column < layout.ladders().size(); column++) {
      double[] keys = rows.keys(grid.columns().get(column), size);
      KeyLadder ladder = layout.ladders().get(column);
      for (int row = 0; row < size; row++) {
        places[row] = Double.isNaN(keys[row]) ? NO_HISTOGRAM : ladder.of(keys[row]);
      }
      for (int grouping = 0; grouping < rows.groups.length; grouping++) {
        int first = layout.firstCells()[column][grouping];
        if (first != NO_HISTOGRAM) {
          count(batch, places, rows.groups[grouping], first, ladder.count());
        }
      }
    }
  }

  private void count(RatingBatch batch, int[] places, int[] groups, int first, int cellsOfOne) {
    for (int row = 0; row < batch.size; row++) {
      if (places[row] >= 0) {
        int cell = 2 * (first + groups[row] * cellsOfOne + places[row]);
        counts[cell] += batch.tokens[row];
        counts[cell + 1]++;
      }
    }
  }

  /** Adds all that another one holds. */
  KeyHistograms plus(KeyHistograms other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    for (int i = 0; i < qualityTokens.length; i++) {
      qualityTokens[i] += other.qualityTokens[i];
    }
    documents += other.documents;
    return this;
  }

  /** How many documents there are, those that cannot be selected included. */
  long documents() {
    return documents;
  }

  /** The tokens that a family can select, by group. */
  long[] available(SweepGrid grid, Family family) {
    int cellsOfOne = layout.ladders().get(family.column()).count();
    long[] available = new long[grid.groups(family).count()];
    for (int group = 0; group < available.length; group++) {
      int first = firstCell(grid, family, group);
      for (int cell = first; cell < first + cellsOfOne; cell++) {
        available[group] += counts[2 * cell];
      }
    }
    return available;
  }

  private int firstCell(SweepGrid grid, Family family, int group) {
    return layout.firstCells()[family.column()][grid.grouping(family)]
        + group * layout.ladders().get(family.column()).count();
  }

  /** Hands out the cells of every cut-off's histogram. */
  void forEachDescending(SweepGrid grid, CutoffSearch.CellVisitor visitor) {
    int budgets = grid.budgets().size();
    for (Family family : grid.families()) {
      KeyLadder ladder = layout.ladders().get(family.column());
      for (int group = 0; group < grid.groups(family).count(); group++) {
        int first = firstCell(grid, family, group);
        for (int budget = 0; budget < budgets; budget++) {
          int cutoff = family.firstCutoff() + group * budgets + budget;
          for (int place = ladder.count() - 1; place >= 0; place--) {
            int cell = 2 * (first + place);
            if (counts[cell + 1] > 0) {
              visitor.visit(cutoff, place, ladder, counts[cell], counts[cell + 1]);
            }
          }
        }
      }
    }
  }

  /**
   * The percentile of each place of the quality ladder: the share of tokens in lower places and
   * half of its own.
   */
  double[] percentiles() {
    double total = Arrays.stream(qualityTokens).sum();
    double[] percentiles = new double[qualityTokens.length];
    long below = 0;
    for (int place = 0; place < percentiles.length; place++) {
      percentiles[place] = total == 0 ? 0.5 : (below + qualityTokens[place] / 2.0) / total;
      below += qualityTokens[place];
    }
    return percentiles;
  }

  Layout layout() {
    return layout;
  }
}
