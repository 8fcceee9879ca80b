package io.gradus.jobs.advise;

import java.util.List;

/**
 * The plan in short; the whole of it is {@code plan.json}.
 *
 * @param summary the main plan in one sentence
 * @param steps full optimizer steps of one pass over the curriculum
 * @param finalLearningRate the last learning rate of the main plan
 * @param finalRatio the same as a share of the peak
 * @param average how the checkpoints are weighted
 * @param checkpoints the steps whose checkpoints are averaged, ascending
 * @param extrapolated whether the main plan leaves the scope of what was measured
 * @param warnings each in a sentence or two
 * @param files below the stage's directory, the configured trainer's fragment first after the plan
 */
public record AdviseResult(
    String summary,
    long steps,
    double finalLearningRate,
    double finalRatio,
    String average,
    List<Long> checkpoints,
    boolean extrapolated,
    List<String> warnings,
    List<String> files) {}
