package io.gradus.common.selection;

import io.gradus.common.configuration.Range;
import io.gradus.common.selection.Scoring.Combine;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Puts normalised ratings together to one score. */
public final class ScoreMix implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int NO_REFERENCE = -1;

  private final Combine combine;
  private final int[] criteria;
  private final double[] weights;
  private final int reference;
  private final double referenceWeight;

  /**
   * A mix.
   *
   * @param weights by criterion, as {@link Scoring#resolvedWeights} gives them
   * @param criteria the names of the normalised ratings, in their order
   */
  public ScoreMix(Scoring scoring, Map<String, Double> weights, List<String> criteria) {
    this.combine = scoring.combine();
    List<String> names = weights.keySet().stream().sorted().toList();
    this.criteria = names.stream().mapToInt(criteria::indexOf).toArray();
    this.weights = names.stream().mapToDouble(weights::get).toArray();
    this.reference =
        scoring.reference().isEmpty() ? NO_REFERENCE : criteria.indexOf(scoring.reference());
    this.referenceWeight = scoring.referenceWeight();
  }

  /**
   * Scores a batch.
   *
   * @param normalised by criterion and row
   * @param scores by row; NaN for a document that has no score and cannot be selected
   */
  public void apply(double[][] normalised, int rows, double[] scores) {
    for (int row = 0; row < rows; row++) {
      double score = combined(normalised, row);
      if (reference != NO_REFERENCE) {
        score -= referenceWeight * normalised[reference][row];
      }
      // Finite, so that score / temperature plus noise is a number whatever the temperature.
      scores[row] = Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, score));
    }
  }

  /**
   * Between which numbers scores lie, but for rounding; any where a criterion is weighted and the
   * reference at once.
   *
   * @param ranges of the normalised ratings by criterion
   */
  public Range range(List<Range> ranges) {
    if (Arrays.stream(criteria).anyMatch(criterion -> criterion == reference)) {
      return Range.ANY;
    }
    double[][] least = corner(ranges, Range::least, Range::most);
    double[][] most = corner(ranges, Range::most, Range::least);
    double[] scores = new double[1];
    apply(least, 1, scores);
    double lowest = scores[0];
    apply(most, 1, scores);
    return lowest <= scores[0] ? new Range(lowest, scores[0]) : Range.ANY;
  }

  /** A row of ratings that are all as bad, or as good, as they can be. */
  private double[][] corner(
      List<Range> ranges, ToDoubleFunction<Range> withWeight, ToDoubleFunction<Range> against) {
    double[][] row = new double[ranges.size()][1];
    for (int i = 0; i < criteria.length; i++) {
      row[criteria[i]][0] =
          (weights[i] < 0 ? against : withWeight).applyAsDouble(ranges.get(criteria[i]));
    }
    if (reference != NO_REFERENCE) {
      row[reference][0] =
          (referenceWeight > 0 ? against : withWeight).applyAsDouble(ranges.get(reference));
    }
    return row;
  }

  private double combined(double[][] normalised, int row) {
    double result =
        switch (combine) {
          case SUM -> 0;
          case PRODUCT -> 1;
          case MAXIMUM -> Double.NEGATIVE_INFINITY;
          case MINIMUM -> Double.POSITIVE_INFINITY;
        };
    for (int i = 0; i < criteria.length; i++) {
      double rating = normalised[criteria[i]][row];
      result =
          switch (combine) {
            case SUM -> result + weights[i] * rating;
            case PRODUCT -> result * Math.pow(rating, weights[i]);
            case MAXIMUM -> Math.max(result, weights[i] * rating);
            case MINIMUM -> Math.min(result, weights[i] * rating);
          };
    }
    return result;
  }
}
