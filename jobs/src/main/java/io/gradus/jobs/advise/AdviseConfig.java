package io.gradus.jobs.advise;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
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
  private static final Evidence EVIDENCE = Evidence.load();
  private static final Range WINDOW = new Range(0.001, 0.5);

  private static final Key<Long> PARAMETERS =
      Key.count(
          "parameters",
          (long) EVIDENCE.value("peak", "parameters"),
          Range.AT_LEAST_ONE,
          "Parameters of the model to be trained.");
  private static final Key<Long> BATCH_TOKENS =
      Key.count(
          "batch-tokens",
          (long) EVIDENCE.value("batch.tokens", "tokens"),
          Range.AT_LEAST_ONE,
          "Tokens of one optimizer step.");
  private static final Key<Double> PEAK =
      Key.number(
          "peak-learning-rate",
          EVIDENCE.value("peak", "rate"),
          Range.POSITIVE,
          "The highest learning rate.");
  private static final Key<Trainer> TRAINER =
      Key.choice(
          "trainer",
          Trainer.MEGATRON,
          "Whose fragment is named first; fragments are written for all.");
  private static final Key<Double> WARM_UP =
      Key.number(
          "warm-up",
          EVIDENCE.value("warm-up.share", "share"),
          new Range(0, 0.2),
          "Share of the steps with a rising learning rate.");
  private static final Key<Double> DECAY =
      Key.number(
          "decay",
          EVIDENCE.value("decay.share", "share"),
          WINDOW,
          "Share of the steps in which a decaying schedule decays.");
  private static final Key<AverageMethod> AVERAGE =
      Key.choice("average", AverageMethod.SMA, "How checkpoints are weighted.");
  private static final Key<Integer> CHECKPOINTS =
      Key.integer(
          "checkpoints",
          (int) EVIDENCE.value("averaging.count", "checkpoints"),
          new Range(2, 100),
          "Checkpoints that are averaged.");
  private static final Key<Double> AVERAGE_WINDOW =
      Key.number(
          "average-window",
          EVIDENCE.value("averaging.window", "share"),
          WINDOW,
          "Share of the steps that the averaged checkpoints span.");

  /** The keys of the section. */
  public static final Keys KEYS =
      Keys.of(
          PARAMETERS,
          BATCH_TOKENS,
          PEAK,
          TRAINER,
          WARM_UP,
          DECAY,
          AVERAGE,
          CHECKPOINTS,
          AVERAGE_WINDOW);

  public static AdviseConfig read(Section section) {
    AdviseConfig config =
        new AdviseConfig(
            section.read(PARAMETERS),
            section.read(BATCH_TOKENS),
            section.read(PEAK),
            section.read(TRAINER),
            section.read(WARM_UP),
            section.read(DECAY),
            section.read(AVERAGE),
            section.read(CHECKPOINTS),
            section.read(AVERAGE_WINDOW));
    section.finish(KEYS);
    return config;
  }
}
