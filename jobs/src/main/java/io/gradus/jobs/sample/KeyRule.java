package io.gradus.jobs.sample;

import io.gradus.common.selection.KeyInterest;
import io.gradus.common.selection.QuotaGroups;
import io.gradus.common.selection.RatingNormaliser;
import io.gradus.common.selection.ScoreMix;
import io.gradus.common.selection.Scoring.NormaliseBy;
import io.gradus.common.selection.SelectionKey;
import io.gradus.common.selection.SelectionNoise;
import io.gradus.common.table.RatingBatch;
import io.gradus.jobs.sample.SampleConfig.Method;
import java.io.Serializable;
import java.util.Arrays;

/** What the configuration makes of a row of the ratings: its score, group, copies and key. */
final class KeyRule implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int TABLE_BITS = 12;

  private final SampleConfig config;
  private final SelectionKey selectionKey;
  private final SelectionNoise noise;
  private final SelectionNoise copyNoise;
  private final SelectionNoise validationNoise;
  private final RatingNormaliser normaliser;
  private final ScoreMix mix;
  private final QuotaGroups groups;
  private final int criteria;
  private final double[] gumbels;

  /**
   * A rule.
   *
   * @param criteria how many ratings the normaliser makes comparable
   */
  KeyRule(
      SampleConfig config,
      long seed,
      RatingNormaliser normaliser,
      ScoreMix mix,
      QuotaGroups groups,
      int criteria) {
    this.config = config;
    this.selectionKey =
        new SelectionKey(
            switch (config.method()) {
              case TEMPERATURE -> config.temperature();
              case TOP, BOTTOM -> 0;
              case UNIFORM, THRESHOLD, BINS, SIGMOID -> Double.POSITIVE_INFINITY;
            });
    this.noise = SelectionNoise.ofKeys(seed);
    this.copyNoise = new SelectionNoise("copies", seed);
    this.validationNoise = SelectionNoise.ofValidation(seed);
    this.normaliser = normaliser;
    this.mix = mix;
    this.groups = groups;
    this.criteria = criteria;
    this.gumbels = new double[(1 << TABLE_BITS) + 1];
    for (int i = 0; i < gumbels.length; i++) {
      gumbels[i] = -Math.log(-Math.log(i * 0x1.0p-12));
    }
  }

  /** The rows of one batch, in arrays that the next batch uses again. */
  final class Rows {
    final double[] scores;
    final double[] keys;
    final double[] rates;
    final int[] copies;
    final int[] groups;
    final Unselectable[] reasons;
    private final double[][] normalised;
    private final double[] least;
    private final double[] greatest;

    Rows(int capacity) {
      this.scores = new double[capacity];
      this.keys = new double[capacity];
      this.rates = new double[capacity];
      this.copies = new int[capacity];
      this.groups = new int[capacity];
      this.reasons = new Unselectable[capacity];
      this.normalised = new double[criteria][capacity];
      this.least = new double[capacity];
      this.greatest = new double[capacity];
    }

    /** Scores a batch, and says which of its rows cannot be selected by their score. */
    void score(RatingBatch batch) {
      normaliser.apply(batch, normalised);
      mix.apply(normalised, batch.size, scores);
      for (int row = 0; row < batch.size; row++) {
        reasons[row] = reason(batch, row);
      }
    }

    private Unselectable reason(RatingBatch batch, int row) {
      if (config.validation() > 0
          && validationNoise.unit(batch.docIdHigh[row], batch.docIdLow[row])
              < config.validation()) {
        return Unselectable.HELD_OUT;
      }
      if (Double.isNaN(scores[row])) {
        return lacksRating(row) ? Unselectable.MISSING_RATING : Unselectable.NOT_A_NUMBER;
      }
      if (config.method() == Method.THRESHOLD && scores[row] < config.threshold()) {
        return Unselectable.BELOW_THRESHOLD;
      }
      return null;
    }

    private boolean lacksRating(int row) {
      return Arrays.stream(normalised).anyMatch(ratings -> Double.isNaN(ratings[row]));
    }

    /**
     * Gives each row of a scored batch its group, copies and key. A row whose key is certainly of
     * no interest gets NaN for a key: that spares two logarithms for most rows.
     */
    void key(RatingBatch batch, CopyRates copyRates, KeyInterest interest) {
      // In loops of their own: of many groups, a processor then waits for several rows at once.
      for (int row = 0; row < batch.size; row++) {
        groups[row] = KeyRule.this.groups.of(batch.sources[row], batch.topics[row]);
      }
      if (interest.isEverything()) {
        Arrays.fill(least, Double.NEGATIVE_INFINITY);
        Arrays.fill(greatest, Double.POSITIVE_INFINITY);
      } else {
        for (int row = 0; row < batch.size; row++) {
          least[row] = interest.least()[groups[row]];
          greatest[row] = interest.greatest()[groups[row]];
        }
      }
      for (int row = 0; row < batch.size; row++) {
        if (reasons[row] != null) {
          continue;
        }
        long high = batch.docIdHigh[row];
        long low = batch.docIdLow[row];
        rates[row] = 1;
        copies[row] = 1;
        if (config.method().makesCopies()) {
          rates[row] = copyRates.of(percentileGroup(batch, row), scores[row]);
          copies[row] = copies(rates[row], high, low);
          if (copies[row] == 0) {
            reasons[row] = Unselectable.NO_COPY;
            continue;
          }
        }
        double score = config.method() == Method.BOTTOM ? -scores[row] : scores[row];
        keys[row] =
            certainlyOutside(score, high, low, least[row], greatest[row])
                ? Double.NaN
                : selectionKey.of(score, gumbel(high, low));
      }
    }

    private double gumbel(long high, long low) {
      return selectionKey.temperature() == 0 ? 0 : noise.gumbel(high, low);
    }
  }

  /** How many quota groups there are. */
  int groupCount() {
    return groups.count();
  }

  int percentileGroup(RatingBatch batch, int row) {
    return config.percentileBy() == NormaliseBy.SOURCE ? batch.sources[row] : 0;
  }

  private int copies(double rate, long high, long low) {
    int whole = (int) rate;
    return whole + (copyNoise.unit(high, low) < rate - whole ? 1 : 0);
  }

  /** By the borders of the noise, of which unit numbers alone tell the place among 4096. */
  private boolean certainlyOutside(
      double score, long high, long low, double least, double greatest) {
    if (least == Double.NEGATIVE_INFINITY && greatest == Double.POSITIVE_INFINITY) {
      return false;
    }
    if (selectionKey.temperature() == 0) {
      return score < least || score > greatest;
    }
    int place = (int) (noise.unit(high, low) * (1 << TABLE_BITS));
    return selectionKey.of(score, gumbels[place + 1]) < least
        || selectionKey.of(score, gumbels[place]) > greatest;
  }

  /** The probability, over seeds, that a copy is selected. */
  double inclusion(double score, double rate, int copy, double cutoff, boolean whole) {
    double ofKey =
        whole
            ? 1
            : selectionKey.inclusion(config.method() == Method.BOTTOM ? -score : score, cutoff);
    return config.method().makesCopies() ? ofKey * Math.max(0, Math.min(1, rate - copy)) : ofKey;
  }
}
