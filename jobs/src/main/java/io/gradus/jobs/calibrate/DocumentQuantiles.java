package io.gradus.jobs.calibrate;

/**
 * Quantiles of scores, each document counted once: the score at rank {@code share * (documents -
 * 1)}, taken in proportion between the least and the greatest score of the cell that holds it. So
 * they are off by at most a cell's width, 2^-13 * (1 + |score|) unless cells had to be joined.
 */
final class DocumentQuantiles {
  private DocumentQuantiles() {}

  /** The quantiles of at least one document at ascending shares. */
  static double[] of(ScoreCells.Sorted cells, double... shares) {
    long documents = 0;
    for (int i = 0; i < cells.size(); i++) {
      documents += cells.documents(i);
    }
    double[] quantiles = new double[shares.length];
    int cell = 0;
    long below = 0;
    for (int i = 0; i < shares.length; i++) {
      double rank = shares[i] * (documents - 1);
      while (below + cells.documents(cell) <= rank) {
        below += cells.documents(cell);
        cell++;
      }
      double least = cells.least(cell);
      double inside = (rank - below) / Math.max(1, cells.documents(cell) - 1);
      quantiles[i] = least + Math.min(1, inside) * (cells.greatest(cell) - least);
    }
    return quantiles;
  }
}
