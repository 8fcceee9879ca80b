package io.gradus.jobs.advise;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;

/**
 * The facts of the training run, section {@code advise}. Every default comes from the evidence.
 *
 * @param parameters of the model to be trained
 * @param batchTokens tokens of one optimizer step, rounded to whole sequences in the plan
 * @param peakLearningRate the highest learning rate
 * @param trainer whose fragment is named first; fragments are written for all
 * @param warmUp share of the steps with a rising learning rate
 * @param decay share of the steps in which a decaying schedule decays
 * @param average how checkpoints are weighted
 * @param checkpoints how many checkpoints are averaged
 * @param averageWindow share of the steps that the averaged checkpoints span
 */
public record AdviseConfig(
    long parameters,
    long batchTokens,
    double peakLearningRate,
    Trainer trainer,
    double warmUp,
    double decay,
    AverageMethod average,
    int checkpoints,
    double averageWindow) {
  private static final Range MOST_CHECKPOINTS = new Range(2, 100);
  private static final Range WINDOW = new Range(0.001, 0.5);
  private static final Range WARM_UP = new Range(0, 0.2);

  public static AdviseConfig read(Section section) {
    Evidence evidence = Evidence.load();
    AdviseConfig config =
        new AdviseConfig(
            section.count(
                "parameters", (long) evidence.value("peak", "parameters"), Range.AT_LEAST_ONE),
            section.count(
                "batch-tokens",
                (long) evidence.value("batch.tokens", "tokens"),
                Range.AT_LEAST_ONE),
            section.number("peak-learning-rate", evidence.value("peak", "rate"), Range.POSITIVE),
            section.choice("trainer", Trainer.MEGATRON),
            section.number("warm-up", evidence.value("warm-up.share", "share"), WARM_UP),
            section.number("decay", evidence.value("decay.share", "share"), WINDOW),
            section.choice("average", AverageMethod.SMA),
            (int)
                section.count(
                    "checkpoints",
                    (long) evidence.value("averaging.count", "checkpoints"),
                    MOST_CHECKPOINTS),
            section.number("average-window", evidence.value("averaging.window", "share"), WINDOW));
    section.finish();
    return config;
  }
}
