package io.gradus.jobs.sample;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
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

  private static final Key<Method> METHOD =
      Key.choice(
          "method",
          Method.TEMPERATURE,
          "Which documents are taken: drawn by score, the best, the worst, any, any above a threshold,"
              + " or as many copies as quality says.");
  private static final Key<Double> TEMPERATURE =
      Key.number(
          "temperature",
          1.0,
          Range.NOT_NEGATIVE,
          "With `method = temperature`: scores are divided by it; 0 takes the best, `infinity` draws"
              + " uniformly.");
  private static final Key<Double> THRESHOLD =
      Key.number("threshold", Range.ANY, "With `method = threshold`: the least score.");
  private static final Key<List<Double>> REPEATS =
      Key.numbers(
          "repeats",
          Range.NOT_NEGATIVE,
          "Copies in each of so many bins of equal token mass, from the worst to the best; a fraction"
              + " is resolved by chance.");
  private static final Keys BINS_KEYS = Keys.of(REPEATS);
  private static final Key<Section> BINS =
      Key.section("bins", "With `method = bins`: copies by quality.", BINS_KEYS)
          .otherwise("compulsory");
  private static final Key<Double> ETA =
      Key.number("eta", Range.NOT_NEGATIVE, "How many copies more the best get than the worst.");
  private static final Key<Double> LAMBDA =
      Key.number("lambda", Range.NOT_NEGATIVE, "How steeply copies fall with quality.");
  private static final Key<Double> OMEGA =
      Key.number(
          "omega",
          Range.SHARE,
          "The share of tokens, from the best, in which they are more than the least.");
  private static final Key<Double> EPSILON =
      Key.number("epsilon", 0, Range.NOT_NEGATIVE, "The least number of copies.");
  private static final Keys SIGMOID_KEYS = Keys.of(ETA, LAMBDA, OMEGA, EPSILON);
  private static final Key<Section> SIGMOID =
      Key.section(
              "sigmoid",
              "With `method = sigmoid`: copies by QuaDMix's function of quality.",
              SIGMOID_KEYS)
          .otherwise("compulsory");
  private static final Key<Scoring.NormaliseBy> PERCENTILE_BY =
      Key.choice(
          "percentile-by",
          Scoring.NormaliseBy.OVERALL,
          "With `bins` and `sigmoid`: among which documents scores are compared.");
  private static final Key<TokenAmount> TOKENS =
      TokenAmount.key(
          "tokens", "100%", "The token budget; a share is one of the tokens that can be selected.");
  private static final Key<Integer> MAX_REPEATS =
      Key.integer("max-repeats", new Range(1, 1000), "How often a document may be taken.")
          .otherwise("1; 4 with `bins` and `sigmoid`");
  private static final Key<TokenAmount> VALIDATION =
      TokenAmount.key(
          "validation",
          "0%",
          "The share of documents that are held out before anything is selected, below 100%.");

  /** The keys of the section. */
  public static final Keys KEYS =
      Keys.of(METHOD, TEMPERATURE, THRESHOLD, BINS, SIGMOID, PERCENTILE_BY, TOKENS)
          .and(Scoring.KEYS)
          .and(Quotas.KEYS)
          .and(Keys.of(MAX_REPEATS, VALIDATION));

  /** Reads the section; without a budget all documents are taken. */
  public static SampleConfig read(Section section) {
    Method method = section.read(METHOD);
    double temperature = section.read(TEMPERATURE);
    onlyWith(section, TEMPERATURE, method, Method.TEMPERATURE);
    double threshold = method == Method.THRESHOLD ? section.read(THRESHOLD) : 0;
    onlyWith(section, THRESHOLD, method, Method.THRESHOLD);
    onlyWith(section, BINS, method, Method.BINS);
    onlyWith(section, SIGMOID, method, Method.SIGMOID);
    Scoring.NormaliseBy percentileBy = section.read(PERCENTILE_BY);
    if (section.has(PERCENTILE_BY) && !method.makesCopies()) {
      section.problem(PERCENTILE_BY, "means nothing without method = bins or sigmoid");
    }
    int maxRepeats = section.read(MAX_REPEATS, method.makesCopies() ? 4 : 1);
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
    section.finish(KEYS);
    return config;
  }

  private static void onlyWith(Section section, Key<?> key, Method method, Method needed) {
    if (section.has(key) && method != needed) {
      section.problem(
          key,
          "means nothing with method = "
              + Section.name(method)
              + "; remove it (--set sample."
              + key.name()
              + "=null does), or set method = "
              + Section.name(needed));
    }
  }

  private static Bins bins(Section parent, int maxRepeats) {
    Section section = parent.read(BINS);
    List<Double> repeats = section.read(REPEATS);
    section.finish(BINS_KEYS);
    if (repeats.isEmpty()) {
      parent.problem(
          BINS, "missing; give copies from the worst to the best, as in { repeats = [0, 0.5, 2] }");
    }
    repeats.stream()
        .filter(repeat -> repeat > maxRepeats)
        .forEach(
            repeat ->
                section.problem(
                    REPEATS,
                    "'" + repeat + "' must be at most sample.max-repeats, which is " + maxRepeats));
    return new Bins(repeats);
  }

  private static Sigmoid sigmoid(Section parent) {
    Section section = parent.read(SIGMOID);
    Sigmoid sigmoid =
        new Sigmoid(
            section.read(ETA), section.read(LAMBDA), section.read(OMEGA), section.read(EPSILON));
    section.finish(SIGMOID_KEYS);
    return sigmoid;
  }

  private static TokenAmount budget(Section section) {
    TokenAmount budget = section.read(TOKENS);
    if (budget.tokens() <= 0 && budget.share() == 0) {
      section.problem(TOKENS, "selects nothing; give at least 1 token");
    }
    return budget;
  }

  private static double validation(Section section) {
    TokenAmount share = section.read(VALIDATION);
    if (share.tokens() > 0 || share.share() == 1) {
      section.problem(VALIDATION, "must be a share of the documents below 100%, such as 0.5%");
    }
    return share.share();
  }
}
