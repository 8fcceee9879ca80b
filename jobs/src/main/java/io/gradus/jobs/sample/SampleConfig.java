package io.gradus.jobs.sample;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import java.util.Map;

/**
 * The section {@code sample}.
 *
 * @param method how keys are made from scores
 * @param temperature tau: 0 takes the best, infinity draws uniformly
 * @param budget the token budget
 * @param weights the weight of each criterion; empty for all criteria alike
 * @param normalise how ratings become comparable before they are added
 * @param quotas how the budget is divided
 */
public record SampleConfig(
    Method method,
    double temperature,
    Budget budget,
    Map<String, Double> weights,
    Normalise normalise,
    Quotas quotas) {

  /**
   * The token budget, absolute or as a share of the rated tokens.
   *
   * @param tokens how many tokens; 0 when the share counts
   * @param share of the rated tokens, from 0 to 1; 0 when the tokens count
   */
  public record Budget(long tokens, double share) {

    /** The budget for a corpus. */
    long of(long available) {
      return tokens > 0 ? tokens : Math.max(1, Math.round(available * share));
    }
  }

  /** How keys are made from scores. */
  public enum Method {
    /** Gumbel top-k: softmax of score / temperature, without replacement. */
    TEMPERATURE,
    /** The highest scores. */
    TOP,
    /** Every document is as likely as any other. */
    UNIFORM
  }

  /** How ratings become comparable before they are added. */
  public enum Normalise {
    /** Minus the mean, divided by the standard deviation, over all sources. */
    Z_SCORE,
    /** As they are. */
    NONE
  }

  /** How the budget is divided. */
  public enum Quotas {
    /** One budget for all. */
    NONE,
    /** Each source gets the share of the budget that it has of the corpus's tokens. */
    PROPORTIONAL
  }

  /** Reads the section; without a budget all documents are taken. */
  public static SampleConfig read(Section section) {
    Method method = section.choice("method", Method.TEMPERATURE);
    boolean temperatureGiven = section.has("temperature");
    double temperature = section.number("temperature", 1.0, Range.NOT_NEGATIVE);
    if (temperatureGiven && method != Method.TEMPERATURE) {
      section.problem(
          "temperature",
          "means nothing with method = "
              + Section.name(method)
              + "; remove it, or set method = temperature");
    }
    Budget budget = budget(section);
    Map<String, Double> weights = section.section("weights").numbers(Range.ANY);
    if (!weights.isEmpty() && weights.values().stream().allMatch(weight -> weight == 0)) {
      section.problem("weights", "are all 0; give at least one criterion a weight");
    }
    Normalise normalise = section.choice("normalise", Normalise.Z_SCORE);
    Quotas quotas = section.choice("quotas", Quotas.NONE);
    section.finish();
    return new SampleConfig(method, temperature, budget, weights, normalise, quotas);
  }

  private static Budget budget(Section section) {
    String text = section.text("tokens", "100%");
    if (!text.endsWith("%")) {
      return new Budget(section.count("tokens", 1, Range.AT_LEAST_ONE), 0);
    }
    try {
      double share = Double.parseDouble(text.substring(0, text.length() - 1).strip()) / 100;
      if (share > 0 && share <= 1) {
        return new Budget(0, share);
      }
    } catch (NumberFormatException notANumber) {
      // Told below, like a number out of range.
    }
    section.problem(
        "tokens", "'" + text + "' is neither a count such as 30B nor a share such as 50%");
    return new Budget(1, 0);
  }
}
