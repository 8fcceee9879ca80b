package io.gradus.jobs.sweep;

import io.gradus.common.selection.CutoffSearch.Cutoffs;
import io.gradus.common.selection.KeyLadder;
import io.gradus.common.selection.SelectionKey;
import io.gradus.common.selection.SelectionNoise;
import io.gradus.common.table.RatingBatch;
import io.gradus.common.table.RatingBatches;
import io.gradus.jobs.sweep.SweepGrid.Column;
import io.gradus.jobs.sweep.SweepGrid.Family;
import java.io.Serializable;
import java.util.Arrays;

/** What all settings select of the documents that were looked at, and what the corpus is. */
final class SweepTotals implements Serializable {
  private static final long serialVersionUID = 1;

  final SettingTotals[] families;
  final SettingTotals corpus;

  /** How many documents were looked at for expected copies. */
  long sampled;

  /**
   * What a task needs to know beside the rule.
   *
   * @param epochs how often the whole group is taken, by cut-off
   * @param cutoffs what is taken once more
   * @param keys the least keys that are in, by cut-off; NaN for none
   * @param floors the least key that is in with any budget, by family and group
   * @param percentiles by place of the quality ladder, in steps
   * @param qualitySteps these steps
   * @param estimateNoise chooses the documents for estimates
   * @param estimateShare which share of them
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  record Ends(
      int[] epochs,
      Cutoffs cutoffs,
      double[] keys,
      double[] floors,
      KeyLadder qualityLadder,
      long[] percentiles,
      FixedPoint qualitySteps,
      CriterionCells criterionCells,
      int maxRepeats,
      SelectionNoise estimateNoise,
      double estimateShare)
      implements Serializable {

    /** The arrays that follow from the others. */
    static Ends of(
        int budgets,
        int[] epochs,
        Cutoffs cutoffs,
        KeyLadder qualityLadder,
        long[] percentiles,
        FixedPoint qualitySteps,
        CriterionCells criterionCells,
        int maxRepeats,
        SelectionNoise estimateNoise,
        double estimateShare) {
      double[] keys = new double[epochs.length];
      double[] floors = new double[epochs.length / budgets];
      Arrays.fill(floors, Double.POSITIVE_INFINITY);
      for (int cutoff = 0; cutoff < keys.length; cutoff++) {
        boolean none = cutoffs.images()[cutoff] == Cutoffs.NOTHING;
        keys[cutoff] = none ? Double.NaN : SelectionKey.ofImage(cutoffs.images()[cutoff]);
        double floor =
            epochs[cutoff] > 0
                ? Double.NEGATIVE_INFINITY
                : none ? Double.POSITIVE_INFINITY : keys[cutoff];
        floors[cutoff / budgets] = Math.min(floors[cutoff / budgets], floor);
      }
      return new Ends(
          epochs,
          cutoffs,
          keys,
          floors,
          qualityLadder,
          percentiles,
          qualitySteps,
          criterionCells,
          maxRepeats,
          estimateNoise,
          estimateShare);
    }
  }

  /** A batch in the units in which it is summed, in arrays that the next batch uses again. */
  static final class BatchFigures {
    int[] tokens;
    int[] sources;
    int[] topics;

    /** The percentile of the quality score in steps; -1 where there is none. */
    final long[] quality = new long[RatingBatches.ROWS];

    /** By criterion and row, the cell among those of all criteria; -1 where there is no rating. */
    final int[][] cells;

    /** By criterion and row, in steps. */
    final long[][] ratings;

    /** The rows that are looked at for estimates, and how many there are. */
    final int[] sampled = new int[RatingBatches.ROWS];

    int sampledSize;

    /** By quota, row and budget, copies at the temperature 0, and at infinity. */
    final int[][] top;

    final int[][] uniform;
    final int[] copies;

    BatchFigures(int criteria, int quotas, int budgets) {
      this.cells = new int[criteria][RatingBatches.ROWS];
      this.ratings = new long[criteria][RatingBatches.ROWS];
      this.top = new int[quotas][RatingBatches.ROWS * budgets];
      this.uniform = new int[quotas][RatingBatches.ROWS * budgets];
      this.copies = new int[budgets];
    }

    void read(RatingBatch batch, SweepRule.Rows rows, Ends ends) {
      tokens = batch.tokens;
      sources = batch.sources;
      topics = batch.topics;
      sampledSize = 0;
      for (int row = 0; row < batch.size; row++) {
        double score = rows.qualities[row];
        quality[row] = Double.isNaN(score) ? -1 : ends.percentiles[ends.qualityLadder.of(score)];
        if (ends.estimateShare >= 1
            || ends.estimateNoise.unit(batch.docIdHigh[row], batch.docIdLow[row])
                < ends.estimateShare) {
          sampled[sampledSize++] = row;
        }
      }
      CriterionCells layout = ends.criterionCells;
      for (int criterion = 0; criterion < cells.length; criterion++) {
        KeyLadder ladder = layout.ladders().get(criterion);
        FixedPoint steps = layout.steps().get(criterion);
        int first = layout.firstCells()[criterion];
        double[] scores = batch.scores[criterion];
        for (int row = 0; row < batch.size; row++) {
          boolean missing = Double.isNaN(scores[row]);
          cells[criterion][row] = missing ? -1 : first + ladder.of(scores[row]);
          ratings[criterion][row] = missing ? 0 : steps.of(scores[row]);
        }
      }
    }
  }

  SweepTotals(SweepGrid grid, CriterionCells criteria, int sources, int topics) {
    int count = criteria.ladders().size();
    int budgets = grid.budgets().size();
    this.families = new SettingTotals[grid.families().size()];
    for (int family = 0; family < families.length; family++) {
      families[family] = new SettingTotals(budgets, sources, topics, count, criteria.cells());
    }
    this.corpus = new SettingTotals(1, sources, topics, count, criteria.cells());
  }

  /** Adds a batch. */
  void add(
      SweepGrid grid, RatingBatch batch, SweepRule.Rows rows, Ends ends, BatchFigures figures) {
    figures.read(batch, rows, ends);
    sampled += figures.sampledSize;
    for (int row = 0; row < batch.size; row++) {
      corpus.add(0, figures, row, 0, 1);
    }
    for (Column column : grid.columns()) {
      double[] keys = rows.keys(column, batch.size);
      for (int family = column.firstFamily(); family < column.lastFamily(); family++) {
        select(grid, grid.families().get(family), family, batch, rows, keys, ends, figures);
        if (grid.families().get(family).temperature() > 0) {
          expect(grid, grid.families().get(family), family, rows, ends, figures);
        }
      }
    }
  }

  /** Adds what the budgets of a family take of a batch. */
  private void select(
      SweepGrid grid,
      Family family,
      int number,
      RatingBatch batch,
      SweepRule.Rows rows,
      double[] keys,
      Ends ends,
      BatchFigures figures) {
    int budgets = grid.budgets().size();
    int[] groups = rows.groups[grid.grouping(family)];
    int firstFloor = family.firstCutoff() / budgets;
    SettingTotals totals = families[number];
    int[] top = figures.top[family.quota()];
    int[] uniform = figures.uniform[family.quota()];
    // A reference's copies are kept for the families that follow.
    int[] kept = family.temperature() == 0 ? top : uniform;
    int[] copies = figures.copies;
    for (int row = 0; row < batch.size; row++) {
      if (!(keys[row] >= ends.floors[firstFloor + groups[row]])) {
        if (family.isReference()) {
          Arrays.fill(kept, row * budgets, (row + 1) * budgets, 0);
        }
        continue;
      }
      copies(keys[row], batch, row, family.firstCutoff() + groups[row] * budgets, ends, copies);
      if (family.isReference()) {
        System.arraycopy(copies, 0, kept, row * budgets, budgets);
      }
      add(totals, copies, top, uniform, row, figures);
    }
  }

  private static void copies(
      double key, RatingBatch batch, int row, int firstCutoff, Ends ends, int[] copies) {
    for (int budget = 0; budget < copies.length; budget++) {
      int cutoff = firstCutoff + budget;
      double least = ends.keys[cutoff];
      int last = 0;
      if (key > least) {
        last = 1;
      } else if (key == least) {
        last =
            ends.cutoffs.of(
                cutoff, SelectionKey.image(key), batch.docIdHigh[row], batch.docIdLow[row], 1);
      }
      copies[budget] = ends.epochs[cutoff] + last;
    }
  }

  private static void add(
      SettingTotals totals, int[] copies, int[] top, int[] uniform, int row, BatchFigures figures) {
    int before = 0;
    int beforeInTop = 0;
    int beforeInUniform = 0;
    for (int budget = 0; budget < copies.length; budget++) {
      int now = copies[budget];
      if (now != before) {
        totals.add(budget, figures, row, before, now);
        before = now;
      }
      int inTop = Math.min(now, top[row * copies.length + budget]);
      int inUniform = Math.min(now, uniform[row * copies.length + budget]);
      totals.tokensInTop[budget] += (long) (inTop - beforeInTop) * figures.tokens[row];
      totals.tokensInUniform[budget] += (long) (inUniform - beforeInUniform) * figures.tokens[row];
      beforeInTop = inTop;
      beforeInUniform = inUniform;
    }
  }

  /**
   * Adds how many copies of the sampled documents each budget takes on average over seeds. At the
   * temperature 0 these are the copies that it takes, which are counted of all documents.
   */
  private void expect(
      SweepGrid grid,
      Family family,
      int number,
      SweepRule.Rows rows,
      Ends ends,
      BatchFigures figures) {
    int budgets = grid.budgets().size();
    int[] groups = rows.groups[grid.grouping(family)];
    double[] scores = rows.scores[family.mix()];
    SelectionKey key = new SelectionKey(family.temperature());
    SettingTotals totals = families[number];
    for (int i = 0; i < figures.sampledSize; i++) {
      int row = figures.sampled[i];
      if (Double.isNaN(scores[row])) {
        continue;
      }
      int firstCutoff = family.firstCutoff() + groups[row] * budgets;
      for (int budget = 0; budget < budgets; budget++) {
        double least = ends.keys[firstCutoff + budget];
        double expected =
            ends.epochs[firstCutoff + budget]
                + (Double.isNaN(least) ? 0 : key.inclusion(scores[row], least));
        totals.expect(budget, expected / ends.maxRepeats);
      }
    }
  }

  /** Adds all that another one holds. */
  SweepTotals plus(SweepTotals other) {
    for (int family = 0; family < families.length; family++) {
      families[family].plus(other.families[family]);
    }
    corpus.plus(other.corpus);
    sampled += other.sampled;
    return this;
  }

  /** Turns differences between budgets into sums; to be called once, at the end. */
  void accumulate(SweepGrid grid) {
    for (SettingTotals family : families) {
      family.accumulate();
    }
    for (int number = 0; number < families.length; number++) {
      Family family = grid.families().get(number);
      if (family.temperature() == 0) {
        // When these were added, the copies at infinity were not known yet.
        SettingTotals uniform = families[family.uniform()];
        System.arraycopy(
            uniform.tokensInTop, 0, families[number].tokensInUniform, 0, uniform.budgets);
      }
    }
  }
}
