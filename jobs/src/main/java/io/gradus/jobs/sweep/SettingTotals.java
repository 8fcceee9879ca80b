package io.gradus.jobs.sweep;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What the settings of one family select, by budget. All of it is sums of whole numbers, so it does
 * not matter in which order documents come.
 *
 * <p>A document is added to a budget only by how many more copies of it there are than with the
 * budget before; {@link #accumulate} turns the differences into sums. Budgets that contain each
 * other so cost one addition and not one each.
 */
final class SettingTotals implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int MOMENTS = 4;

  /** Expected copies are counted in two limbs of so many bits, since they may be very small. */
  private static final double LIMB = 0x1p42;

  final int budgets;
  final int sources;
  final int topics;
  final int criteria;
  final int cells;

  /** Tokens of all copies, by budget. */
  final long[] tokens;

  /** Documents, all copies counted. */
  final long[] copies;

  /** Documents, each counted once. */
  final long[] documents;

  /** The squares of each document's copies. */
  final long[] squaredCopies;

  /** Tokens that the family at the temperature 0 has too, and at infinity. */
  final long[] tokensInTop;

  final long[] tokensInUniform;

  /**
   * Tokens times percentile of the quality score, in steps, and the tokens of those that have one.
   */
  final long[] quality;

  final long[] qualityTokens;

  /** Tokens by budget and source, topic, and criterion that is rated. */
  final long[] sourceTokens;

  final long[] topicTokens;
  final long[] ratedTokens;

  /** Tokens times rating, in steps, by budget and criterion. */
  final long[] ratings;

  /** Tokens by budget and cell of ratings. */
  final long[] ratingCells;

  /** Sums of the powers of expected copies by budget and power, in two limbs. */
  private final long[] momentsHigh;

  private final long[] momentsLow;

  SettingTotals(int budgets, int sources, int topics, int criteria, int cells) {
    this.budgets = budgets;
    this.sources = sources;
    this.topics = topics;
    this.criteria = criteria;
    this.cells = cells;
    this.tokens = new long[budgets];
    this.copies = new long[budgets];
    this.documents = new long[budgets];
    this.squaredCopies = new long[budgets];
    this.tokensInTop = new long[budgets];
    this.tokensInUniform = new long[budgets];
    this.quality = new long[budgets];
    this.qualityTokens = new long[budgets];
    this.sourceTokens = new long[budgets * sources];
    this.topicTokens = new long[budgets * topics];
    this.ratedTokens = new long[budgets * criteria];
    this.ratings = new long[budgets * criteria];
    this.ratingCells = new long[budgets * cells];
    this.momentsHigh = new long[budgets * MOMENTS];
    this.momentsLow = new long[budgets * MOMENTS];
  }

  /**
   * Adds copies of a row to a budget.
   *
   * @param before copies with the budget before
   * @param now copies with this budget
   */
  void add(int budget, SweepTotals.BatchFigures batch, int row, int before, int now) {
    long moreTokens = (long) (now - before) * batch.tokens[row];
    tokens[budget] += moreTokens;
    copies[budget] += now - before;
    documents[budget] += Math.min(1, now) - Math.min(1, before);
    squaredCopies[budget] += now * now - before * before;
    if (batch.quality[row] >= 0) {
      quality[budget] += moreTokens * batch.quality[row];
      qualityTokens[budget] += moreTokens;
    }
    sourceTokens[budget * sources + batch.sources[row]] += moreTokens;
    if (topics > 0) {
      topicTokens[budget * topics + batch.topics[row]] += moreTokens;
    }
    int firstCell = budget * cells;
    int firstCriterion = budget * criteria;
    for (int criterion = 0; criterion < criteria; criterion++) {
      int cell = batch.cells[criterion][row];
      if (cell >= 0) {
        ratingCells[firstCell + cell] += moreTokens;
        ratedTokens[firstCriterion + criterion] += moreTokens;
        ratings[firstCriterion + criterion] += moreTokens * batch.ratings[criterion][row];
      }
    }
  }

  /** Adds a document's expected copies, from 0 to 1, to a budget. */
  void expect(int budget, double expected) {
    double power = 1;
    for (int moment = 0; moment < MOMENTS; moment++) {
      power *= expected;
      double scaled = power * LIMB;
      long high = (long) scaled;
      momentsHigh[budget * MOMENTS + moment] += high;
      momentsLow[budget * MOMENTS + moment] += (long) ((scaled - high) * LIMB);
    }
  }

  /** The means of the powers of expected copies. */
  double[] moments(int budget, long sampled) {
    double[] means = new double[MOMENTS];
    for (int moment = 0; moment < MOMENTS; moment++) {
      double high = momentsHigh[budget * MOMENTS + moment] / LIMB;
      double low = momentsLow[budget * MOMENTS + moment] / LIMB / LIMB;
      means[moment] = sampled == 0 ? 0 : (high + low) / sampled;
    }
    return means;
  }

  /** Adds all that another one holds. */
  SettingTotals plus(SettingTotals other) {
    long[][] mine = all();
    long[][] others = other.all();
    for (int i = 0; i < mine.length; i++) {
      for (int j = 0; j < mine[i].length; j++) {
        mine[i][j] += others[i][j];
      }
    }
    return this;
  }

  private long[][] all() {
    return new long[][] {
      tokens,
      copies,
      documents,
      squaredCopies,
      tokensInTop,
      tokensInUniform,
      quality,
      qualityTokens,
      sourceTokens,
      topicTokens,
      ratedTokens,
      ratings,
      ratingCells,
      momentsHigh,
      momentsLow
    };
  }

  /** Turns differences between budgets into sums; to be called once, at the end. */
  void accumulate() {
    for (long[] values : all()) {
      if (values != momentsHigh && values != momentsLow) {
        int width = values.length / budgets;
        for (int i = width; i < values.length; i++) {
          values[i] += values[i - width];
        }
      }
    }
  }

  /** A budget's part of an array by budget and something else. */
  long[] of(long[] values, int budget) {
    int width = values.length / budgets;
    return Arrays.copyOfRange(values, budget * width, (budget + 1) * width);
  }
}
