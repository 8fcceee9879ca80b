package io.gradus.jobs.rate;

import io.gradus.common.job.UserMistake;
import java.util.List;

/**
 * Rates by a fastText classifier: the score is the log-odds ln(p / (1 - p)) of one label. Joulin et
 * al. 2017, "Bag of Tricks for Efficient Text Classification" (arXiv 1607.01759); as a filter of
 * pretraining texts Li et al. 2024, "DataComp-LM" (arXiv 2406.11794), section 4.4. Line breaks
 * count as spaces, as there.
 */
final class FastTextRater implements TextRater {
  /** FastText's own precision; log-odds thus lie between -11.5129 and 11.5129. */
  private static final double SMALLEST_PROBABILITY = 1e-5;

  private static final int SHOWN_LABELS = 20;

  private final FastTextModel model;
  private final String label;
  private final String criterion;

  /**
   * Chooses a label.
   *
   * @param place where the model lies, for messages
   * @throws UserMistake when the model has no such label
   */
  FastTextRater(FastTextModel model, String label, String criterion, String place) {
    if (!model.labels().contains(label)) {
      throw new UserMistake(
          "rate.raters: the fastText model "
              + place
              + " has no label '"
              + label
              + "'. Its labels are "
              + String.join(", ", model.labels().stream().limit(SHOWN_LABELS).toList())
              + (model.labels().size() > SHOWN_LABELS
                  ? " and " + (model.labels().size() - SHOWN_LABELS) + " more."
                  : "."));
    }
    this.model = model;
    this.label = label;
    this.criterion = criterion;
  }

  @Override
  public List<String> criteria() {
    return List.of(criterion);
  }

  @Override
  public Rating rate(String text) {
    return model.probability(text, label).stream()
        .mapToObj(probability -> Rating.scored(new double[] {logOdds(probability)}, 1, 0))
        .findFirst()
        .orElseGet(
            () ->
                Rating.missing(1, Rating.Failure.NO_TOKENS, "the model knows no word of the text"));
  }

  static double logOdds(double probability) {
    double inside = Math.max(SMALLEST_PROBABILITY, Math.min(1 - SMALLEST_PROBABILITY, probability));
    return Math.log(inside / (1 - inside));
  }
}
