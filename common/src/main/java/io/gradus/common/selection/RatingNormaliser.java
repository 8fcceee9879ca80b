package io.gradus.common.selection;

import io.gradus.common.configuration.Range;
import io.gradus.common.selection.Scoring.Missing;
import io.gradus.common.selection.Scoring.NormaliseBy;
import io.gradus.common.table.RatingBatch;
import java.io.Serializable;

/** Makes the ratings of some criteria comparable. */
public final class RatingNormaliser implements Serializable {
  private static final long serialVersionUID = 1;

  private final Scoring scoring;
  private final Summary[][] summaries;

  /**
   * A normaliser for the criteria of a calibration, in its order.
   *
   * @param sources how many sources there are
   */
  public RatingNormaliser(Scoring scoring, Calibration calibration, int criteria, int sources) {
    this.scoring = scoring;
    boolean bySource = scoring.normaliseBy() == NormaliseBy.SOURCE;
    this.summaries = new Summary[criteria][bySource ? sources : 1];
    for (int criterion = 0; criterion < criteria; criterion++) {
      for (int source = 0; source < summaries[criterion].length; source++) {
        summaries[criterion][source] =
            bySource ? calibration.ofSource(criterion, source) : calibration.overall(criterion);
      }
    }
  }

  /**
   * Normalises a batch.
   *
   * @param normalised by criterion and row; NaN where the rating is missing and nothing may stand
   *     for it
   */
  public void apply(RatingBatch batch, double[][] normalised) {
    for (int criterion = 0; criterion < summaries.length; criterion++) {
      Summary[] bySource = summaries[criterion];
      double[] ratings = batch.scores[criterion];
      double[] into = normalised[criterion];
      for (int row = 0; row < batch.size; row++) {
        Summary summary = bySource.length == 1 ? bySource[0] : bySource[batch.sources[row]];
        into[row] = normalised(ratings[row], summary);
      }
    }
  }

  /** Between which numbers a criterion's normalised ratings lie, but for rounding. */
  public Range range(int criterion) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (Summary summary : summaries[criterion]) {
      for (double rating : new double[] {summary.minimum(), summary.maximum(), Double.NaN}) {
        double value = normalised(rating, summary);
        if (!Double.isNaN(value)) {
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
      }
    }
    return least <= most ? new Range(least, most) : new Range(0, 0);
  }

  private double normalised(double rating, Summary summary) {
    if (Double.isNaN(rating)) {
      return standIn(summary);
    }
    return switch (scoring.normalise()) {
      case NONE -> rating;
      case Z_SCORE -> deviations(rating, summary);
      case RANK -> {
        double percentile = summary.percentile(rating);
        yield scoring.rankBuckets() == 0
            ? percentile
            : Math.floor(percentile * scoring.rankBuckets());
      }
    };
  }

  private static double deviations(double rating, Summary summary) {
    return summary.standardDeviation() == 0
        ? 0
        : (rating - summary.mean()) / summary.standardDeviation();
  }

  private double standIn(Summary summary) {
    if (scoring.missing() == Missing.EXCLUDE) {
      return Double.NaN;
    }
    boolean lowest = scoring.missing() == Missing.LOWEST;
    return switch (scoring.normalise()) {
      case NONE -> lowest ? summary.minimum() : summary.mean();
      case Z_SCORE -> lowest ? deviations(summary.minimum(), summary) : 0;
      case RANK -> {
        double percentile = lowest ? 0 : 0.5;
        yield scoring.rankBuckets() == 0
            ? percentile
            : Math.floor(percentile * scoring.rankBuckets());
      }
    };
  }
}
