package io.gradus.common.selection;

import java.io.Serializable;

/** The percentile by token mass of scores, as ascending steps. */
public final class PercentileTable implements Serializable {
  private static final long serialVersionUID = 1;

  private final double[] lowers;
  private final double[] percentiles;

  private PercentileTable(double[] lowers, double[] percentiles) {
    this.lowers = lowers;
    this.percentiles = percentiles;
  }

  /**
   * A table of steps.
   *
   * @param lowers the least score of each step, ascending
   * @param percentiles the percentile of each step, from 0 to 1, ascending
   */
  public static PercentileTable of(double[] lowers, double[] percentiles) {
    if (lowers.length != percentiles.length) {
      throw new IllegalArgumentException(
          lowers.length + " steps but " + percentiles.length + " percentiles");
    }
    return new PercentileTable(lowers.clone(), percentiles.clone());
  }

  /** The percentile of the last step that does not begin above the score, or 0 below them all. */
  public double percentile(double score) {
    int from = 0;
    int to = lowers.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (lowers[middle] <= score) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from == 0 ? 0 : percentiles[from - 1];
  }
}
