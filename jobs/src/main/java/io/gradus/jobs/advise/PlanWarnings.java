package io.gradus.jobs.advise;

import static io.gradus.jobs.advise.Wording.number;
import static io.gradus.jobs.advise.Wording.percent;
import static io.gradus.jobs.advise.Wording.steps;

import io.gradus.common.configuration.Quantity;
import io.gradus.jobs.advise.Plan.Metrics;
import io.gradus.jobs.advise.Plan.Run;
import io.gradus.jobs.advise.Plan.Warning;
import io.gradus.jobs.advise.QualityCurve.Direction;
import io.gradus.jobs.advise.Schedule.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What an engineer should heed before following the plan, each with its remedy and evidence. */
final class PlanWarnings {
  private final Evidence evidence;
  private final Run run;
  private final QualityCurve quality;
  private final Direction direction;
  private final int wishedCheckpoints;
  private final long wishedDecaySteps;
  private final long saveInterval;

  PlanWarnings(
      Evidence evidence,
      Run run,
      QualityCurve quality,
      Direction direction,
      int wishedCheckpoints,
      long wishedDecaySteps,
      long saveInterval) {
    this.evidence = evidence;
    this.run = run;
    this.quality = quality;
    this.direction = direction;
    this.wishedCheckpoints = wishedCheckpoints;
    this.wishedDecaySteps = wishedDecaySteps;
    this.saveInterval = saveInterval;
  }

  /** Warnings on one candidate. */
  List<Warning> of(Schedule schedule, Averaging averaging) {
    List<Warning> warnings = new ArrayList<>();
    if (schedule.shape() == Shape.MINUS_SQRT) {
      decay(warnings, schedule);
    }
    if (!averaging.averages()) {
      return warnings;
    }
    double annealed = evidence.value("averaging.annealed", "share") * schedule.peak();
    long first = averaging.checkpoints().get(0);
    if (schedule.rate(first) < annealed) {
      warnings.add(
          new Warning(
              "average-over-annealed-tail",
              "caution",
              "The learning rate is down to "
                  + percent(schedule.rate(first) / schedule.peak())
                  + " of the peak when the first averaged checkpoint is saved; averaging such a"
                  + " tail gained little where it was measured.",
              "Compare the branch with the higher final rate, and the constant schedule.",
              List.of("averaging.annealed")));
    }
    double window = (double) (run.steps() - first) / run.steps();
    double best = evidence.value("metric.lambda", "bestShare");
    if (window > best * evidence.value("limits", "windowSlack")) {
      warnings.add(
          new Warning(
              "average-window-long",
              "caution",
              "The averaged checkpoints span "
                  + percent(window)
                  + " of the run, more than the best tenth of the data: the newest, best data"
                  + " counts for little in the average.",
              "Average fewer checkpoints (advise.checkpoints), set advise.average-window lower, or"
                  + " take smaller steps (advise.batch-tokens).",
              List.of("averaging.window", "averaging.as-decay", "limits")));
    }
    if (averaging.checkpoints().size() < wishedCheckpoints) {
      warnings.add(
          new Warning(
              "fewer-checkpoints",
              "caution",
              "A run of "
                  + steps(run.steps())
                  + " saves "
                  + averaging.checkpoints().size()
                  + " checkpoints, not the "
                  + wishedCheckpoints
                  + " asked for.",
              "Set advise.batch-tokens lower, or train on more tokens.",
              List.of("averaging.count")));
    }
    return warnings;
  }

  private void decay(List<Warning> warnings, Schedule schedule) {
    long actual = schedule.decayEnd() - schedule.decayStart();
    double slack = evidence.value("limits", "decaySlack") * wishedDecaySteps;
    if (Math.abs(actual - wishedDecaySteps) > slack) {
      warnings.add(
          new Warning(
              "decay-length-differs",
              "caution",
              "The decay takes "
                  + steps(actual)
                  + ", not the "
                  + number(wishedDecaySteps)
                  + " of advise.decay: warm-up and averaged checkpoints leave no more room.",
              "Set advise.warm-up, advise.average-window or advise.decay lower.",
              List.of("decay.share", "limits")));
    }
    if (schedule.decayStart() % saveInterval != 0) {
      warnings.add(
          new Warning(
              "decay-start-not-saved",
              "caution",
              "The decay begins at step "
                  + number(schedule.decayStart())
                  + ", between the checkpoints that are saved every "
                  + steps(saveInterval)
                  + ".",
              "Save a checkpoint at that step too, to branch off other final rates there.",
              List.of("branch-sweep", "limits")));
    }
  }

  /**
   * Warnings on the run.
   *
   * @param main what the main plan gives the best data
   * @param nearZero what a decay to near zero would
   */
  List<Warning> of(Metrics main, Metrics nearZero) {
    List<Warning> warnings = new ArrayList<>();
    outOfScope(warnings);
    fewSteps(warnings);
    direction(warnings, main, nearZero);
    if (Planner.wholeSequences(run.batchTokens(), run.sequenceLength()) > run.sequences()) {
      warnings.add(
          new Warning(
              "batch-exceeds-curriculum",
              "loud",
              "advise.batch-tokens asks for "
                  + number(run.batchTokens())
                  + " tokens a step, more than the curriculum has. The plan puts all "
                  + number(run.sequences())
                  + " sequences into 1 step, because a larger batch would begin a second epoch in"
                  + " another order.",
              "Set advise.batch-tokens far below "
                  + number(run.tokensPerStep())
                  + ", or sample more tokens.",
              List.of("configuration", "curriculum")));
    } else if (run.batchTokens() != run.tokensPerStep()) {
      warnings.add(
          new Warning(
              "batch-rounded",
              "note",
              number(run.batchTokens())
                  + " tokens a step are not whole sequences of "
                  + number(run.sequenceLength())
                  + "; the plan counts "
                  + number(run.sequencesPerStep())
                  + " sequences, "
                  + number(run.tokensPerStep())
                  + " tokens.",
              "Set advise.batch-tokens to a multiple of pack.sequence-length.",
              List.of("configuration")));
    }
    if (run.unreadSequences() > 0) {
      warnings.add(
          new Warning(
              "unread-sequences",
              "note",
              "The plan takes full steps only, as trainers do in one pass: the last "
                  + number(run.unreadSequences())
                  + " of "
                  + number(run.sequences())
                  + " sequences ("
                  + percent((double) run.unreadSequences() / run.sequences())
                  + ") are not read"
                  + (direction == Direction.ASCENDING ? "; they are the best data." : "."),
              "Choose advise.batch-tokens so that "
                  + number(run.sequences())
                  + " sequences fill whole steps, if those few matter.",
              List.of("curriculum")));
    }
    return warnings;
  }

  private void outOfScope(List<Warning> warnings) {
    List<Evidence.Claim> points = evidence.claims("final-ratio.ascending.");
    double factor = evidence.value("limits", "scopeFactor");
    double least = points.stream().mapToDouble(p -> p.scope().tokens()).min().orElseThrow();
    double most = points.stream().mapToDouble(p -> p.scope().tokens()).max().orElseThrow();
    double small = points.stream().mapToDouble(p -> p.scope().parameters()).min().orElseThrow();
    double large = points.stream().mapToDouble(p -> p.scope().parameters()).max().orElseThrow();
    List<String> ids = points.stream().map(Evidence.Claim::id).toList();
    if (run.trainedTokens() < least / factor || run.trainedTokens() > most * factor) {
      warnings.add(
          new Warning(
              "extrapolated-tokens",
              "loud",
              "EXTRAPOLATED: "
                  + Quantity.show(run.trainedTokens())
                  + " tokens are far from the "
                  + Quantity.show((long) least)
                  + " to "
                  + Quantity.show((long) most)
                  + " at which these rules were measured. The shape of the plan may hold; its"
                  + " numbers are guesses.",
              "Treat the branch sweep as the experiment, and decide by your own validation loss.",
              ids));
    }
    if (run.parameters() < small / factor || run.parameters() > large * factor) {
      warnings.add(
          new Warning(
              "extrapolated-parameters",
              "loud",
              "EXTRAPOLATED: "
                  + Quantity.show(run.parameters())
                  + " parameters are far from the "
                  + Quantity.show((long) small)
                  + " to "
                  + Quantity.show((long) large)
                  + " at which these rules were measured.",
              "Treat the branch sweep as the experiment, and check the peak learning rate first.",
              ids));
    }
  }

  private void fewSteps(List<Warning> warnings) {
    double few = evidence.value("limits", "fewSteps");
    if (run.steps() >= few) {
      return;
    }
    double wished = evidence.value("limits", "wishedSteps");
    long batch = Math.max(1, (long) (run.sequences() / wished)) * run.sequenceLength();
    warnings.add(
        new Warning(
            "few-steps",
            "loud",
            "The curriculum gives only "
                + steps(run.steps())
                + " of "
                + number(run.tokensPerStep())
                + " tokens: too few for a warm-up, a decay and an average to mean anything.",
            batch < run.tokensPerStep()
                ? "Set advise.batch-tokens to about "
                    + number(batch)
                    + " ("
                    + steps(run.sequences() / (batch / run.sequenceLength()))
                    + "), or sample more tokens."
                : "Sample more tokens, or pack shorter sequences.",
            List.of("limits", "curriculum")));
  }

  private void direction(List<Warning> warnings, Metrics main, Metrics nearZero) {
    double limit = evidence.value("limits", "correlation");
    double whole = quality.correlation(0, 1);
    if (direction == Direction.ASCENDING) {
      warnings.add(
          new Warning(
              "no-decay-to-zero",
              "caution",
              "Do not decay to zero on this order: the best tenth of the data would be learned at "
                  + percent(nearZero.bestTenthRateShare())
                  + " of the peak rate, under the main plan's schedule at "
                  + percent(main.bestTenthRateShare())
                  + ".",
              "Keep the final ratio of the plan, or shuffle.",
              List.of("decay-wastes-best-data", "final-ratio.ascending.30b", "metric.lambda")));
      if (whole < limit) {
        warnings.add(
            new Warning(
                "quality-does-not-rise",
                "loud",
                "The order is called ascending, but quality hardly follows position (correlation "
                    + String.format(Locale.ROOT, "%.2f", whole)
                    + ").",
                "Look at the ratings: too few documents, or scores that are nearly all equal.",
                List.of("limits", "curriculum")));
      }
    }
    if (direction == Direction.DESCENDING) {
      warnings.add(
          new Warning(
              "descending",
              "caution",
              "Descending order did worse than shuffling where it was measured.",
              "Set order.shape = ascending, unless this run is the control of an experiment.",
              List.of("descending-hurts")));
    }
    if (quality.correlation(0, 0.5) < evidence.value("limits", "flatHalf")
        && quality.correlation(0.5, 1) > evidence.value("limits", "sortedHalf")) {
      warnings.add(
          new Warning(
              "only-the-end-sorted",
              "caution",
              "Quality rises only in the second half of this order. Sorting only the last phase"
                  + " gained nothing where it was measured; the poorer phase must be sorted too.",
              "Sort the whole run.",
              List.of("last-phase-only", "limits")));
    }
  }
}
