package io.gradus.jobs.order;

import java.util.Arrays;

/**
 * Divides rows of tokens among columns that each may take some of them, so that columns get what
 * they want: iterative proportional fitting (Deming and Stephan, 1940). Rows are always given out
 * whole; columns that want more than their rows have get less, and the others more.
 */
final class Apportionment {
  /** Marks a choice that may not be taken. */
  static final int NONE = -1;

  private static final int MOST_ROUNDS = 2_000;

  /** Many rows are fitted in fewer rounds, so that it takes less than a few seconds. */
  private static final long MOST_STEPS = 200_000_000;

  private static final double NEAR_ENOUGH = 1e-9;

  private Apportionment() {}

  /**
   * The share of each row that goes to each of its choices.
   *
   * @param tokens of each row, above 0
   * @param columnOf by row and choice, the column that the choice counts to, or {@link #NONE}; each
   *     row has one choice at least
   * @param wanted tokens of each column
   * @return by row and choice; each row sums to 1
   */
  static double[][] shares(double[] tokens, int[][] columnOf, double[] wanted) {
    double[][] given = new double[tokens.length][];
    for (int row = 0; row < tokens.length; row++) {
      given[row] = new double[columnOf[row].length];
      for (int choice = 0; choice < given[row].length; choice++) {
        int column = columnOf[row][choice];
        // A column that wants nothing still takes what nobody else may.
        given[row][choice] = column == NONE ? 0 : Math.max(wanted[column], Double.MIN_NORMAL);
      }
      scale(given[row], tokens[row]);
    }
    long cells = Arrays.stream(columnOf).mapToLong(row -> row.length).sum();
    long rounds = Math.min(MOST_ROUNDS, 1 + MOST_STEPS / Math.max(1, cells));
    double off = Double.POSITIVE_INFINITY;
    for (long round = 0; round < rounds && off > NEAR_ENOUGH; round++) {
      off = fit(given, tokens, columnOf, wanted);
    }
    for (int row = 0; row < tokens.length; row++) {
      scale(given[row], 1);
    }
    return given;
  }

  /** Fits the columns, then the rows; returns how far the worst column was from what it wants. */
  private static double fit(double[][] given, double[] tokens, int[][] columnOf, double[] wanted) {
    double[] sums = new double[wanted.length];
    double total = 0;
    for (int row = 0; row < given.length; row++) {
      total += tokens[row];
      for (int choice = 0; choice < given[row].length; choice++) {
        if (columnOf[row][choice] != NONE) {
          sums[columnOf[row][choice]] += given[row][choice];
        }
      }
    }
    double off = 0;
    for (int column = 0; column < sums.length; column++) {
      off = Math.max(off, Math.abs(sums[column] - wanted[column]) / total);
    }
    for (int row = 0; row < given.length; row++) {
      for (int choice = 0; choice < given[row].length; choice++) {
        int column = columnOf[row][choice];
        if (column != NONE && sums[column] > 0 && wanted[column] > 0) {
          given[row][choice] *= wanted[column] / sums[column];
        }
      }
      scale(given[row], tokens[row]);
    }
    return off;
  }

  private static void scale(double[] values, double sum) {
    double now = 0;
    for (double value : values) {
      now += value;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] *= sum / now;
    }
  }
}
