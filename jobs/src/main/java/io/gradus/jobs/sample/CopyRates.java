package io.gradus.jobs.sample;

import io.gradus.common.selection.CellCounts;
import io.gradus.common.selection.KeyCells;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How many copies of a document there are on average, from the percentile of its score. The
 * percentile of a score is the share of tokens in lower cells of {@link KeyCells} and half of those
 * in its own: from 0 for the worst to 1 for the best.
 */
final class CopyRates implements Serializable {
  private static final long serialVersionUID = 1;

  private final SampleConfig.Method method;
  private final SampleConfig.Bins bins;
  private final SampleConfig.Sigmoid sigmoid;
  private final int maxRepeats;
  private final int bits;
  private final int[][] cells;
  private final double[][] percentiles;

  /**
   * Rates for groups of documents that are compared with each other.
   *
   * @param scores the tokens of each group by cell of score
   * @param bits of those cells
   */
  CopyRates(SampleConfig config, CellCounts scores, int groups, int bits) {
    this.method = config.method();
    this.bins = config.bins();
    this.sigmoid = config.sigmoid();
    this.maxRepeats = config.maxRepeats();
    this.bits = bits;
    this.cells = new int[groups][];
    this.percentiles = new double[groups][];
    Arrays.fill(cells, new int[0]);
    Arrays.fill(percentiles, new double[0]);
    int[] counts = new int[groups];
    long[] totals = new long[groups];
    scores.forEachDescending(
        (group, cell, tokens, documents) -> {
          counts[group]++;
          totals[group] += tokens;
        });
    long[] above = new long[groups];
    int[] filled = new int[groups];
    scores.forEachDescending(
        (group, cell, tokens, documents) -> {
          if (filled[group] == 0) {
            cells[group] = new int[counts[group]];
            percentiles[group] = new double[counts[group]];
          }
          int index = counts[group] - ++filled[group];
          long below = totals[group] - above[group] - tokens;
          cells[group][index] = cell;
          percentiles[group][index] =
              totals[group] == 0 ? 0.5 : (below + tokens / 2.0) / totals[group];
          above[group] += tokens;
        });
  }

  /** For methods that take each document once. */
  static CopyRates none(SampleConfig config) {
    return new CopyRates(config, new CellCounts(), 0, 0);
  }

  /** The average number of copies, at most the limit on repetition. */
  double of(int group, double score) {
    return Math.min(maxRepeats, rate(percentile(group, score)));
  }

  /** The share of the group's tokens with lower scores. */
  double percentile(int group, double score) {
    int index = Arrays.binarySearch(cells[group], KeyCells.cell(score, bits));
    if (index < 0) {
      throw new IllegalStateException("A score of " + score + " was not counted");
    }
    return percentiles[group][index];
  }

  private double rate(double percentile) {
    if (method == SampleConfig.Method.BINS) {
      int count = bins.repeats().size();
      return bins.repeats().get(Math.min(count - 1, (int) (percentile * count)));
    }
    double fromBest = 1 - percentile;
    return fromBest > sigmoid.omega()
        ? sigmoid.epsilon()
        : sigmoid.eta() / (1 + Math.exp(-sigmoid.lambda() * (sigmoid.omega() - fromBest)))
            + sigmoid.epsilon();
  }
}
