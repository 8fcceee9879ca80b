package io.gradus.jobs.sample;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import io.gradus.common.selection.Quotas;
import io.gradus.common.selection.Scoring;
import io.gradus.common.selection.TokenAmount;
import java.io.Serializable;
import java.util.List;

/**
 * The section {@code sample}.
 *
 * @param method how keys are made from scores
 * @param temperature tau: 0 takes the best, infinity draws uniformly
 * @param threshold the least score, with {@link Method#THRESHOLD}
 * @param bins copies by quality bin, with {@link Method#BINS}
 * @param sigmoid copies by quality, with {@link Method#SIGMOID}
 * @param percentileBy among which documents bins and sigmoid compare scores
 * @param scoring how ratings become one score
 * @param budget the token budget, a share being one of the tokens that can be selected
 * @param quotas how the budget is divided
 * @param maxRepeats how often a document may be taken
 * @param validation the share of documents that are held out
 */
public record SampleConfig(
    Method method,
    double temperature,
    double threshold,
    Bins bins,
    Sigmoid sigmoid,
    Scoring.NormaliseBy percentileBy,
    Scoring scoring,
    TokenAmount budget,
    Quotas quotas,
    int maxRepeats,
    double validation)
    implements Serializable {

  /** How keys are made from scores. */
  public enum Method {
    /** Gumbel top-k: softmax of score / temperature, without replacement. */
    TEMPERATURE,
    /** The highest scores. */
    TOP,
    /** The lowest scores. */
    BOTTOM,
    /** Every document is as likely as any other. */
    UNIFORM,
    /** Every document with a score from the threshold on is as likely as any other such. */
    THRESHOLD,
    /** So many copies for each bin of quality (OLMo 3). */
    BINS,
    /** So many copies by a sigmoid of quality (QuaDMix). */
    SIGMOID;

    /** Whether a document's quality says how many copies of it there are. */
    boolean makesCopies() {
      return this == BINS || this == SIGMOID;
    }
  }

  /**
   * Bins of equal token mass.
   *
   * @param repeats copies for each bin from the worst to the best; a fraction is resolved by chance
   */
  public record Bins(List<Double> repeats) implements Serializable {
    public Bins {
      repeats = List.copyOf(repeats);
    }
  }

  /**
   * The parameters of QuaDMix's sampling function (arXiv 2504.16511): with r from 0 for the best to
   * 1 for the worst, {@code eta / (1 + exp(-lambda * (omega - r))) + epsilon} copies for r up to
   * omega, else epsilon.
   */
  public record Sigmoid(double eta, double lambda, double omega, double epsilon)
      implements Serializable {}

  /** Reads the section; without a budget all documents are taken. */
  public static SampleConfig read(Section section) {
    Method method = section.choice("method", Method.TEMPERATURE);
    double temperature = section.number("temperature", 1.0, Range.NOT_NEGATIVE);
    onlyWith(section, "temperature", method, Method.TEMPERATURE);
    double threshold = method == Method.THRESHOLD ? section.number("threshold", Range.ANY) : 0;
    onlyWith(section, "threshold", method, Method.THRESHOLD);
    onlyWith(section, "bins", method, Method.BINS);
    onlyWith(section, "sigmoid", method, Method.SIGMOID);
    Scoring.NormaliseBy percentileBy = section.choice("percentile-by", Scoring.NormaliseBy.OVERALL);
    if (section.has("percentile-by") && !method.makesCopies()) {
      section.problem("percentile-by", "means nothing without method = bins or sigmoid");
    }
    int maxRepeats =
        (int) section.count("max-repeats", method.makesCopies() ? 4 : 1, new Range(1, 1000));
    SampleConfig config =
        new SampleConfig(
            method,
            temperature,
            threshold,
            method == Method.BINS ? bins(section, maxRepeats) : new Bins(List.of()),
            method == Method.SIGMOID ? sigmoid(section) : new Sigmoid(0, 0, 0, 0),
            percentileBy,
            Scoring.read(section),
            budget(section),
            Quotas.read(section),
            maxRepeats,
            validation(section));
    section.finish();
    return config;
  }

  private static void onlyWith(Section section, String key, Method method, Method needed) {
    if (section.has(key) && method != needed) {
      section.problem(
          key,
          "means nothing with method = "
              + Section.name(method)
              + "; remove it (--set sample."
              + key
              + "=null does), or set method = "
              + Section.name(needed));
    }
  }

  private static Bins bins(Section parent, int maxRepeats) {
    Section section = parent.section("bins");
    List<Double> repeats = section.numbers("repeats", Range.NOT_NEGATIVE);
    section.finish();
    if (repeats.isEmpty()) {
      parent.problem(
          "bins",
          "missing; give copies from the worst to the best, as in { repeats = [0, 0.5, 2] }");
    }
    repeats.stream()
        .filter(repeat -> repeat > maxRepeats)
        .forEach(
            repeat ->
                section.problem(
                    "repeats",
                    "'" + repeat + "' must be at most sample.max-repeats, which is " + maxRepeats));
    return new Bins(repeats);
  }

  private static Sigmoid sigmoid(Section parent) {
    Section section = parent.section("sigmoid");
    Sigmoid sigmoid =
        new Sigmoid(
            section.number("eta", Range.NOT_NEGATIVE),
            section.number("lambda", Range.NOT_NEGATIVE),
            section.number("omega", Range.SHARE),
            section.number("epsilon", 0, Range.NOT_NEGATIVE));
    section.finish();
    return sigmoid;
  }

  private static TokenAmount budget(Section section) {
    TokenAmount budget = TokenAmount.read(section, "tokens", "100%");
    if (budget.tokens() <= 0 && budget.share() == 0) {
      section.problem("tokens", "selects nothing; give at least 1 token");
    }
    return budget;
  }

  private static double validation(Section section) {
    TokenAmount share = TokenAmount.read(section, "validation", "0%");
    if (share.tokens() > 0 || share.share() == 1) {
      section.problem("validation", "must be a share of the documents below 100%, such as 0.5%");
    }
    return share.share();
  }
}
