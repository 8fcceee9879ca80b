package io.gradus.common.selection;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
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

  private static final Key<Map<String, Double>> WEIGHTS =
      weights(
          "weights",
          "The weight of each criterion in the score, by default all alike; 0 leaves one out.");
  private static final Key<Normalise> NORMALISE =
      Key.choice(
          "normalise",
          DEFAULT.normalise,
          "How ratings become comparable: as z-scores, as the share of tokens with lower ratings, or"
              + " not at all.");
  private static final Key<NormaliseBy> NORMALISE_BY =
      Key.choice("normalise-by", DEFAULT.normaliseBy, "Among which documents they are compared.");
  private static final Key<Combine> COMBINE =
      Key.choice(
          "combine",
          DEFAULT.combine,
          "How the weighted ratings become one score; `product` needs `normalise = rank`.");
  private static final Key<Integer> RANK_BUCKETS =
      Key.integer(
          "rank-buckets",
          DEFAULT.rankBuckets,
          new Range(0, 1_000_000),
          "Into how many buckets percentiles are cut first; 0 for none. Needs `normalise = rank`.");
  private static final Key<Missing> MISSING =
      Key.choice(
          "missing",
          DEFAULT.missing,
          "What stands for a rating that is null, NaN or infinite: an average one, the lowest one, or"
              + " the document is left out.");
  private static final Key<String> REFERENCE =
      Key.text(
          "reference",
          DEFAULT.reference,
          "A criterion that is subtracted from the score; empty for none.");
  private static final Key<Double> REFERENCE_WEIGHT =
      Key.number(
          "reference-weight",
          DEFAULT.referenceWeight,
          Range.ANY,
          "What the reference is multiplied with before.");

  /** The keys about scores. */
  public static final Keys KEYS =
      Keys.of(
          WEIGHTS,
          NORMALISE,
          NORMALISE_BY,
          COMBINE,
          RANK_BUCKETS,
          MISSING,
          REFERENCE,
          REFERENCE_WEIGHT);

  public Scoring {
    weights = Map.copyOf(weights);
  }

  /** Reads the keys about scores; the section's other keys are left to the caller. */
  public static Scoring read(Section section) {
    Map<String, Double> weights = checkedWeights(section, WEIGHTS);
    Normalise normalise = section.read(NORMALISE);
    NormaliseBy normaliseBy = section.read(NORMALISE_BY);
    Combine combine = section.read(COMBINE);
    int rankBuckets = section.read(RANK_BUCKETS);
    Missing missing = section.read(MISSING);
    String reference = section.read(REFERENCE);
    double referenceWeight = section.read(REFERENCE_WEIGHT);
    if (combine == Combine.PRODUCT && normalise != Normalise.RANK) {
      section.problem(COMBINE, "'product' multiplies percentiles; set normalise = rank with it");
    }
    if (rankBuckets > 0 && normalise != Normalise.RANK) {
      section.problem(RANK_BUCKETS, "cuts percentiles; set normalise = rank with it");
    }
    if (combine != Combine.SUM && weights.values().stream().anyMatch(weight -> weight < 0)) {
      section.problem(WEIGHTS, "must not be negative with combine = " + Section.name(combine));
    }
    if (section.has(REFERENCE_WEIGHT) && reference.isEmpty()) {
      section.problem(REFERENCE_WEIGHT, "means nothing without reference = CRITERION");
    }
    return new Scoring(
        weights, normalise, normaliseBy, combine, rankBuckets, missing, reference, referenceWeight);
  }

  /** A key with weights by criterion, such as {@code weights { educational_value = 1.0 }}. */
  public static Key<Map<String, Double>> weights(String name, String meaning) {
    return Key.numbersByName(name, "criterion", Range.ANY, meaning);
  }

  /** Reads weights, not all of which may be 0. */
  public static Map<String, Double> checkedWeights(Section section, Key<Map<String, Double>> key) {
    Map<String, Double> weights = section.read(key);
    if (!weights.isEmpty() && weights.values().stream().allMatch(weight -> weight == 0)) {
      section.problem(key, "are all 0; give at least one criterion a weight");
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
