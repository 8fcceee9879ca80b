package io.gradus.jobs.calibrate;

import java.util.Arrays;

/**
 * The percentile by token mass of scores, as steps: neighbouring cells are joined until a point
 * would hold more than 1/P of the tokens; a cell that alone holds as much stays alone. So there are
 * at most 2P + 1 points.
 *
 * <p>A score's percentile is the share of tokens in documents below its point plus half of the
 * point's own. From the exact mid-rank of a score in the table that differs by at most {@link
 * #rankError}.
 */
final class PercentilePoints {
  private final double[] lowers;
  private final double[] percentiles;
  private int size;
  private double rankError;

  private final long total;
  private long below;

  private PercentilePoints(int cells, long total) {
    this.lowers = new double[cells];
    this.percentiles = new double[cells];
    this.total = total;
  }

  /**
   * Joins cells to points.
   *
   * @param cells of one group
   * @param points P
   */
  static PercentilePoints of(ScoreCells.Sorted cells, int points) {
    long total = 0;
    for (int i = 0; i < cells.size(); i++) {
      total += cells.tokens(i);
    }
    PercentilePoints table = new PercentilePoints(cells.size(), total);
    long limit = total / points;
    int from = 0;
    long tokens = 0;
    for (int i = 0; i < cells.size(); i++) {
      long ofCell = cells.tokens(i);
      if (i > from && tokens + ofCell > limit) {
        table.close(cells.least(from), cells.greatest(i - 1), tokens);
        from = i;
        tokens = 0;
      }
      tokens += ofCell;
    }
    if (cells.size() > 0) {
      table.close(cells.least(from), cells.greatest(cells.size() - 1), tokens);
    }
    return table;
  }

  private void close(double least, double greatest, long tokens) {
    lowers[size] = least;
    // Documents without tokens have no mass to rank by.
    percentiles[size] = total == 0 ? 0.5 : (below + 0.5 * tokens) / total;
    if (greatest > least && total > 0) {
      rankError = Math.max(rankError, 0.5 * tokens / total);
    }
    below += tokens;
    size++;
  }

  /** The least score of each point, ascending. */
  double[] lowers() {
    return Arrays.copyOf(lowers, size);
  }

  /** The percentile of each point's scores. */
  double[] percentiles() {
    return Arrays.copyOf(percentiles, size);
  }

  /** Half the token share of the largest point that holds more than one distinct score. */
  double rankError() {
    return rankError;
  }

  /** Tokens of documents that have a score. */
  long tokens() {
    return total;
  }
}
