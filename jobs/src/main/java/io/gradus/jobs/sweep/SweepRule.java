package io.gradus.jobs.sweep;

import io.gradus.common.selection.QuotaGroups;
import io.gradus.common.selection.RatingNormaliser;
import io.gradus.common.selection.ScoreMix;
import io.gradus.common.selection.SelectionKey;
import io.gradus.common.selection.SelectionNoise;
import io.gradus.common.table.RatingBatch;
import java.io.Serializable;
import java.util.List;

/**
 * What the grid makes of a row of the ratings: its scores, groups and keys, which are those that
 * the stage sample gives it.
 */
final class SweepRule implements Serializable {
  private static final long serialVersionUID = 1;

  private final SweepGrid grid;
  private final RatingNormaliser normaliser;
  private final List<ScoreMix> mixes;
  private final ScoreMix quality;
  private final int criteria;
  private final SelectionNoise noise;
  private final SelectionNoise validationNoise;
  private final double validation;

  /**
   * A rule.
   *
   * @param mixes those of the grid, in its order
   * @param quality the score by whose percentile settings are compared
   * @param criteria how many ratings, the first of a batch, take part in scores
   * @param validation the share of documents that are held out
   */
  SweepRule(
      SweepGrid grid,
      RatingNormaliser normaliser,
      List<ScoreMix> mixes,
      ScoreMix quality,
      int criteria,
      long seed,
      double validation) {
    this.grid = grid;
    this.normaliser = normaliser;
    this.mixes = List.copyOf(mixes);
    this.quality = quality;
    this.criteria = criteria;
    this.noise = SelectionNoise.ofKeys(seed);
    this.validationNoise = SelectionNoise.ofValidation(seed);
    this.validation = validation;
  }

  SweepGrid grid() {
    return grid;
  }

  /** The rows of one batch, in arrays that the next batch uses again. */
  final class Rows {
    /** By mix and row; NaN for a document that cannot be selected. */
    final double[][] scores;

    /** By row; NaN where there is none. */
    final double[] qualities;

    /** By the grid's groupings and row. */
    final int[][] groups;

    private final double[][] normalised;
    private final double[] gumbels;
    private final double[] keys;

    Rows(int capacity) {
      this.scores = new double[mixes.size()][capacity];
      this.qualities = new double[capacity];
      this.groups = new int[grid.groupings().size()][capacity];
      this.normalised = new double[criteria][capacity];
      this.gumbels = new double[capacity];
      this.keys = new double[capacity];
    }

    /** Gives each row of a batch its scores and groups. */
    void read(RatingBatch batch) {
      normaliser.apply(batch, normalised);
      for (int mix = 0; mix < scores.length; mix++) {
        mixes.get(mix).apply(normalised, batch.size, scores[mix]);
      }
      quality.apply(normalised, batch.size, qualities);
      for (int row = 0; row < batch.size; row++) {
        gumbels[row] = noise.gumbel(batch.docIdHigh[row], batch.docIdLow[row]);
      }
      if (validation > 0) {
        holdOut(batch);
      }
      for (int grouping = 0; grouping < groups.length; grouping++) {
        QuotaGroups ofGrouping = grid.groupings().get(grouping);
        int[] into = groups[grouping];
        for (int row = 0; row < batch.size; row++) {
          into[row] = ofGrouping.of(batch.sources[row], batch.topics[row]);
        }
      }
    }

    private void holdOut(RatingBatch batch) {
      for (int row = 0; row < batch.size; row++) {
        if (validationNoise.unit(batch.docIdHigh[row], batch.docIdLow[row]) < validation) {
          for (double[] ofMix : scores) {
            ofMix[row] = Double.NaN;
          }
          qualities[row] = Double.NaN;
        }
      }
    }

    /** The keys of a column by row, until the next call; NaN for what cannot be selected. */
    double[] keys(SweepGrid.Column column, int size) {
      SelectionKey key = new SelectionKey(column.temperature());
      double[] ofMix = scores[column.mix()];
      for (int row = 0; row < size; row++) {
        // Without the score uniform keys would not notice that there is none.
        keys[row] = key.of(ofMix[row], gumbels[row]) + 0 * ofMix[row];
      }
      return keys;
    }
  }
}
