package io.gradus.jobs.advise;

import io.gradus.jobs.advise.Evidence.Claim;
import java.util.List;
import java.util.Map;

/**
 * What {@code plan.json} holds. Rates are absolute, steps are counted from 1, tokens include one
 * end-of-text after each document.
 *
 * @param format the version of this shape
 * @param main the recommended candidate
 * @param alternatives the others, by rank
 * @param comparison the candidates and what they are measured against, in one table
 * @param warnings on the run as a whole; each candidate has its own beside them
 * @param evidence every finding that a number or a sentence of the plan rests on
 */
record Plan(
    int format,
    Run run,
    Candidate main,
    List<Candidate> alternatives,
    List<Comparison> comparison,
    List<Warning> warnings,
    List<Reference> evidence) {

  /**
   * The facts the plan was made for.
   *
   * @param batchTokens as configured
   * @param sequencesPerStep the same in whole sequences, no more than there are
   * @param tokensPerStep the same in tokens
   * @param steps full ones only, as trainers take them in one pass
   * @param unreadSequences the last ones, too few for another full step
   * @param curriculumTokens without end-of-text
   * @param streamTokens the same with end-of-text, without padding
   * @param trainedTokens those of them that the steps read
   * @param direction how quality moves along the order
   * @param qualityCorrelation of the quantile with position
   */
  record Run(
      long parameters,
      long batchTokens,
      long sequenceLength,
      long sequences,
      long sequencesPerStep,
      long tokensPerStep,
      long steps,
      long unreadSequences,
      long documents,
      long curriculumTokens,
      long streamTokens,
      long trainedTokens,
      double peakLearningRate,
      String shape,
      String within,
      String direction,
      double qualityCorrelation,
      String trainer) {}

  /**
   * A schedule with an average.
   *
   * @param summary one sentence that says what to do
   * @param branches the final rates to compare, from the same checkpoint
   * @param curve the schedule and its equivalent after averaging, enough points to draw it
   * @param sources the evidence ids behind each number, by the number's path in the candidate
   */
  record Candidate(
      int rank,
      String name,
      String title,
      String summary,
      List<Reason> why,
      Rates schedule,
      Average averaging,
      Metrics metrics,
      List<Branch> branches,
      List<Point> curve,
      List<Warning> warnings,
      Map<String, List<String>> sources) {}

  /** A sentence and the ids of the evidence for it. */
  record Reason(String text, List<String> evidence) {}

  /**
   * A schedule in numbers.
   *
   * @param shape {@code constant}, {@code linear} or {@code minus-sqrt}
   * @param finalRatio the final rate as a share of the peak
   * @param finalRatioBasis {@code published}, {@code interpolated} or {@code extrapolated}, and
   *     whether a point that it rests on is itself uncertain
   * @param decayStartStep the last step at the peak
   * @param holdSteps steps at the final rate after the decay
   * @param meanRateOverDecay 0 without a decay
   */
  record Rates(
      String shape,
      double peak,
      double finalRate,
      double finalRatio,
      String finalRatioBasis,
      long warmUpSteps,
      long warmUpTokens,
      long decayStartStep,
      long decayStartToken,
      long decaySteps,
      long decayTokens,
      long holdSteps,
      long holdTokens,
      double meanRateOverDecay) {}

  /**
   * An average in numbers.
   *
   * @param method {@code none}, or the configured one
   * @param saveIntervalSteps a checkpoint is saved every so many steps, and at the end
   * @param windowSteps from the first averaged checkpoint to the last
   * @param otherWeights other weightings of the same checkpoints, by what they are
   */
  record Average(
      String method,
      String title,
      long saveIntervalSteps,
      long saveIntervalTokens,
      long windowSteps,
      double windowShare,
      List<Checkpoint> checkpoints,
      Map<String, List<Double>> otherWeights) {}

  /**
   * One averaged checkpoint.
   *
   * @param gradientShare how much the gradients since the checkpoint before count in the average
   */
  record Checkpoint(long step, long token, double weight, double gradientShare) {}

  /** How much learning rate the good data gets, by the schedule alone and after averaging. */
  record Metrics(
      double lambda,
      double bestTenthRateShare,
      double lambdaAfterAveraging,
      double bestTenthRateShareAfterAveraging) {}

  /** The same run with another final rate, branched off at {@code startStep}. */
  record Branch(double finalRatio, double finalRate, long startStep, Metrics metrics) {}

  /** The rates of one step. */
  record Point(long step, long token, double rate, double equivalentRate) {}

  /** A line of the comparison. */
  record Comparison(String name, String title, String role, double finalRatio, Metrics metrics) {}

  /**
   * Something to heed.
   *
   * @param severity {@code note}, {@code caution} or {@code loud}
   * @param remedy what to do about it
   */
  record Warning(
      String code, String severity, String message, String remedy, List<String> evidence) {}

  /** A finding as used here; extrapolated where this run leaves its scope. */
  record Reference(Claim finding, boolean extrapolated) {}
}
