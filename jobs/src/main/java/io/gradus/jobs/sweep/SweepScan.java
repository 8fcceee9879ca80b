package io.gradus.jobs.sweep;

import io.gradus.common.selection.Candidates;
import io.gradus.common.selection.CutoffSearch.Ranges;
import io.gradus.common.selection.KeyInterest;
import io.gradus.common.selection.RangeCounts;
import io.gradus.common.selection.RatingScan;
import io.gradus.common.selection.RatingSlice;
import io.gradus.common.selection.SelectionKey;
import io.gradus.common.table.RatingBatch;
import io.gradus.common.table.RatingBatches;
import io.gradus.jobs.sweep.SweepGrid.Column;
import io.gradus.jobs.sweep.SweepGrid.Family;
import java.io.IOException;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/**
 * What tasks do with some files of the ratings. All of it is sums of whole numbers, so that it does
 * not matter how files are dealt out.
 */
record SweepScan(RatingScan ratings, Broadcast<SweepRule> rule, int topics)
    implements Serializable {

  @FunctionalInterface
  private interface Visitor {
    void visit(RatingBatch batch, SweepRule.Rows rows);
  }

  private void forEachBatch(RatingSlice slice, Visitor visitor) throws IOException {
    SweepRule.Rows rows = rule.value().new Rows(RatingBatches.ROWS);
    ratings.forEachBatch(
        slice,
        batch -> {
          rows.read(batch);
          visitor.visit(batch, rows);
        });
  }

  /** Tokens by place of the key. */
  KeyHistograms countKeys(RatingSlice slice, KeyHistograms.Layout layout) throws IOException {
    KeyHistograms histograms = new KeyHistograms(layout);
    int[] places = new int[RatingBatches.ROWS];
    forEachBatch(slice, (batch, rows) -> histograms.add(rule.value().grid(), batch, rows, places));
    return histograms;
  }

  /** Tokens by finer cell of the documents in the ranges of all cut-offs. */
  RangeCounts countRanges(RatingSlice slice, Ranges ranges) throws IOException {
    RangeCounts counts = new RangeCounts(ranges.phases().length);
    forEachInRanges(
        slice,
        ranges,
        (cutoff, image, high, low, tokens) ->
            counts.add(cutoff, ranges.cell(cutoff, image, high, low), image, tokens));
    return counts;
  }

  /** The documents in the ranges of all cut-offs. */
  Candidates gather(RatingSlice slice, Ranges ranges) throws IOException {
    Candidates candidates = new Candidates();
    forEachInRanges(
        slice,
        ranges,
        (cutoff, image, high, low, tokens) -> candidates.add(cutoff, image, high, low, tokens, 1));
    return candidates;
  }

  @FunctionalInterface
  private interface RangeVisitor {
    void visit(int cutoff, long image, long docIdHigh, long docIdLow, int tokens);
  }

  private void forEachInRanges(RatingSlice slice, Ranges ranges, RangeVisitor visitor)
      throws IOException {
    SweepGrid grid = rule.value().grid();
    KeyInterest interest = ranges.interest();
    forEachBatch(
        slice,
        (batch, rows) -> {
          for (Column column : grid.columns()) {
            double[] keys = rows.keys(column, batch.size);
            for (int family = column.firstFamily(); family < column.lastFamily(); family++) {
              visitInRanges(
                  grid, grid.families().get(family), batch, rows, keys, ranges, interest, visitor);
            }
          }
        });
  }

  private static void visitInRanges(
      SweepGrid grid,
      Family family,
      RatingBatch batch,
      SweepRule.Rows rows,
      double[] keys,
      Ranges ranges,
      KeyInterest interest,
      RangeVisitor visitor) {
    int budgets = grid.budgets().size();
    int[] groups = rows.groups[grid.grouping(family)];
    double[] least = interest.least();
    double[] greatest = interest.greatest();
    for (int row = 0; row < batch.size; row++) {
      double key = keys[row];
      int first = family.firstCutoff() + groups[row] * budgets;
      for (int cutoff = first; cutoff < first + budgets; cutoff++) {
        if (key >= least[cutoff] && key <= greatest[cutoff]) {
          long image = SelectionKey.image(key);
          long high = batch.docIdHigh[row];
          long low = batch.docIdLow[row];
          if (ranges.contain(cutoff, image, high, low)) {
            visitor.visit(cutoff, image, high, low, batch.tokens[row]);
          }
        }
      }
    }
  }

  /** What every setting selects. */
  SweepTotals total(RatingSlice slice, SweepTotals.Ends ends) throws IOException {
    SweepGrid grid = rule.value().grid();
    CriterionCells criteria = ends.criterionCells();
    SweepTotals totals = new SweepTotals(grid, criteria, ratings.sources().size(), topics);
    SweepTotals.BatchFigures figures =
        new SweepTotals.BatchFigures(
            criteria.ladders().size(), grid.quotas().size(), grid.budgets().size());
    forEachBatch(slice, (batch, rows) -> totals.add(grid, batch, rows, ends, figures));
    return totals;
  }
}
