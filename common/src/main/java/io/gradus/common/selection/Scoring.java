package io.gradus.common.selection;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.job.UserMistake;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How ratings become one score: the part of the section {@code sample} that says so.
 *
 * @param weights the weight of each criterion; empty for all criteria alike
 * @param normalise how ratings become comparable
 * @param normaliseBy among which documents they are compared
 * @param combine how the normalised ratings are put together
 * @param rankBuckets into how many buckets percentiles are cut first; 0 for none
 * @param missing what stands for a rating that is not there
 * @param reference a criterion that is subtracted at the end; empty for none
 * @param referenceWeight what it is multiplied with before
 */
public record Scoring(
    Map<String, Double> weights,
    Normalise normalise,
    NormaliseBy normaliseBy,
    Combine combine,
    int rankBuckets,
    Missing missing,
    String reference,
    double referenceWeight)
    implements Serializable {

  /** All criteria alike, as z-scores. */
  public static final Scoring DEFAULT =
      new Scoring(
          Map.of(), Normalise.Z_SCORE, NormaliseBy.OVERALL, Combine.SUM, 0, Missing.MEAN, "", 1);

  /** How ratings become comparable. */
  public enum Normalise {
    /** Minus the mean, divided by the standard deviation. */
    Z_SCORE,
    /** The share of tokens with lower ratings. */
    RANK,
    /** As they are. */
    NONE
  }

  /** Among which documents ratings are compared. */
  public enum NormaliseBy {
    /** All of them. */
    OVERALL,
    /** Those of the same source. */
    SOURCE
  }

  /** How the normalised ratings are put together. */
  public enum Combine {
    /** The weighted sum (QuRating, section 4). */
    SUM,
    /** The greatest of the weighted ratings (Nemotron-CC, of rank buckets). */
    MAXIMUM,
    /** The least of the weighted ratings. */
    MINIMUM,
    /** The product of percentiles, each to the power of its weight. */
    PRODUCT
  }

  /** What stands for a rating that is not there. */
  public enum Missing {
    /** An average one: it neither helps nor hurts. */
    MEAN,
    /** The worst one. */
    LOWEST,
    /** Nothing: the document cannot be selected. */
    EXCLUDE
  }

  public Scoring {
    weights = Map.copyOf(weights);
  }

  /** Reads the keys about scores; the section's other keys are left to the caller. */
  public static Scoring read(Section section) {
    Map<String, Double> weights = weights(section, "weights");
    Normalise normalise = section.choice("normalise", DEFAULT.normalise);
    NormaliseBy normaliseBy = section.choice("normalise-by", DEFAULT.normaliseBy);
    Combine combine = section.choice("combine", DEFAULT.combine);
    int rankBuckets = (int) section.count("rank-buckets", 0, new Range(0, 1_000_000));
    Missing missing = section.choice("missing", DEFAULT.missing);
    String reference = section.text("reference", "");
    double referenceWeight = section.number("reference-weight", 1, Range.ANY);
    if (combine == Combine.PRODUCT && normalise != Normalise.RANK) {
      section.problem("combine", "'product' multiplies percentiles; set normalise = rank with it");
    }
    if (rankBuckets > 0 && normalise != Normalise.RANK) {
      section.problem("rank-buckets", "cuts percentiles; set normalise = rank with it");
    }
    if (combine != Combine.SUM && weights.values().stream().anyMatch(weight -> weight < 0)) {
      section.problem("weights", "must not be negative with combine = " + Section.name(combine));
    }
    if (section.has("reference-weight") && reference.isEmpty()) {
      section.problem("reference-weight", "means nothing without reference = CRITERION");
    }
    return new Scoring(
        weights, normalise, normaliseBy, combine, rankBuckets, missing, reference, referenceWeight);
  }

  /** Reads weights by criterion, such as {@code weights { educational_value = 1.0 }}. */
  public static Map<String, Double> weights(Section parent, String key) {
    Map<String, Double> weights = parent.section(key).numbers(Range.ANY);
    if (!weights.isEmpty() && weights.values().stream().allMatch(weight -> weight == 0)) {
      parent.problem(key, "are all 0; give at least one criterion a weight");
    }
    return weights;
  }

  /** The same with other weights. */
  public Scoring withWeights(Map<String, Double> others) {
    return new Scoring(
        others, normalise, normaliseBy, combine, rankBuckets, missing, reference, referenceWeight);
  }

  /**
   * The criteria that take part, in alphabetical order, with their weights. A criterion with the
   * weight 0 takes no part.
   *
   * @param place the key of the weights, for messages
   * @param criteria those that the raters give
   * @throws UserMistake when a weight is given to a criterion that no rater gives
   */
  public Map<String, Double> resolvedWeights(String place, List<String> criteria) {
    Map<String, Double> resolved = new TreeMap<>();
    if (weights.isEmpty()) {
      criteria.forEach(name -> resolved.put(name, 1.0));
      resolved.remove(reference);
    }
    weights.forEach(
        (name, weight) -> {
          requireCriterion(place + "." + name, name, criteria);
          if (weight != 0) {
            resolved.put(name, weight);
          }
        });
    if (!reference.isEmpty()) {
      requireCriterion("sample.reference", reference, criteria);
    }
    return resolved;
  }

  private static void requireCriterion(String place, String name, List<String> criteria) {
    if (!criteria.contains(name)) {
      throw new UserMistake(
          place
              + ": no rater gives "
              + (place.endsWith("." + name) ? "this criterion" : "the criterion '" + name + "'")
              + "; "
              + Suggestion.nearest(name, criteria)
                  .map(near -> "did you mean '" + near + "'? There are: ")
                  .orElse("there are: ")
              + String.join(", ", criteria)
              + ".");
    }
  }
}
