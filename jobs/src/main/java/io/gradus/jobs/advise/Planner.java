package io.gradus.jobs.advise;

import static io.gradus.jobs.advise.Wording.number;
import static io.gradus.jobs.advise.Wording.percent;
import static io.gradus.jobs.advise.Wording.rate;
import static io.gradus.jobs.advise.Wording.steps;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Section;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.jobs.advise.Plan.Average;
import io.gradus.jobs.advise.Plan.Branch;
import io.gradus.jobs.advise.Plan.Candidate;
import io.gradus.jobs.advise.Plan.Checkpoint;
import io.gradus.jobs.advise.Plan.Comparison;
import io.gradus.jobs.advise.Plan.Metrics;
import io.gradus.jobs.advise.Plan.Point;
import io.gradus.jobs.advise.Plan.Rates;
import io.gradus.jobs.advise.Plan.Reason;
import io.gradus.jobs.advise.Plan.Reference;
import io.gradus.jobs.advise.Plan.Run;
import io.gradus.jobs.advise.Plan.Warning;
import io.gradus.jobs.advise.QualityCurve.Direction;
import io.gradus.jobs.advise.Schedule.Shape;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.DoubleStream;

/**
 * Makes the plan for one curriculum: which schedules fit the direction of its quality, in steps and
 * tokens, with checkpoints to average, measures and warnings.
 */
final class Planner {
  private static final int CURVE_POINTS = 200;

  private final AdviseConfig config;
  private final Evidence evidence;
  private final QualityCurve quality;
  private final Direction direction;
  private final Run run;
  private final long saveInterval;
  private final String intervalLimit;
  private final long decaySteps;
  private final PlanWarnings planWarnings;

  private Planner(AdviseConfig config, CurriculumProfile profile, long sequenceLength) {
    this.config = config;
    this.evidence = Evidence.load();
    this.quality = new QualityCurve(profile);
    this.direction = quality.direction(evidence.value("limits", "correlation"));
    this.run = run(profile, sequenceLength);
    this.intervalLimit = intervalLimit();
    this.saveInterval = saveInterval();
    this.decaySteps = Math.max(1, Math.round(config.decay() * run.steps()));
    this.planWarnings =
        new PlanWarnings(
            evidence, run, quality, direction, config.checkpoints(), decaySteps, saveInterval);
  }

  /**
   * Makes a plan.
   *
   * @param sequenceLength tokens of one training sequence
   */
  static Plan plan(AdviseConfig config, CurriculumProfile profile, long sequenceLength) {
    return new Planner(config, profile, sequenceLength).plan();
  }

  private Plan plan() {
    List<Candidate> candidates =
        direction == Direction.ASCENDING
            ? List.of(
                decayAndAverage(1),
                constantAndAverage(2, List.of("gain.constant-average")),
                decay(3))
            : List.of(
                decayToNearZero(1),
                linearToZero(2),
                constantAndAverage(3, List.of("gain.shuffled-decay")));
    List<Warning> warnings =
        planWarnings.of(candidates.get(0).metrics(), decayToNearZero(0).metrics());
    List<Comparison> comparison = new ArrayList<>();
    for (Candidate candidate : candidates) {
      comparison.add(
          new Comparison(
              candidate.name(),
              candidate.title(),
              candidate.rank() == 1 ? "main plan" : "alternative",
              candidate.schedule().finalRatio(),
              candidate.metrics()));
    }
    if (direction == Direction.ASCENDING) {
      Candidate reference = decayToNearZero(0);
      comparison.add(
          new Comparison(
              reference.name(),
              reference.title(),
              "for comparison only",
              reference.schedule().finalRatio(),
              reference.metrics()));
    }
    return new Plan(
        1,
        run,
        candidates.get(0),
        candidates.subList(1, candidates.size()),
        comparison,
        warnings,
        references(candidates, warnings));
  }

  private Run run(CurriculumProfile profile, long sequenceLength) {
    long stream = profile.tokens() + profile.documents();
    long sequences = Math.max(1, divideUp(stream, sequenceLength));
    long sequencesPerStep =
        Math.min(sequences, wholeSequences(config.batchTokens(), sequenceLength));
    long steps = sequences / sequencesPerStep;
    long read = steps * sequencesPerStep;
    return new Run(
        config.parameters(),
        config.batchTokens(),
        sequenceLength,
        sequences,
        sequencesPerStep,
        sequencesPerStep * sequenceLength,
        steps,
        sequences - read,
        profile.documents(),
        profile.tokens(),
        stream,
        Math.min(stream, read * sequenceLength),
        config.peakLearningRate(),
        profile.shape(),
        profile.within(),
        direction.name().toLowerCase(Locale.ROOT),
        round(quality.correlation(0, 1)),
        Section.name(config.trainer()));
  }

  /** The finding that limits the checkpoint interval: the one whose model sizes are nearest. */
  private String intervalLimit() {
    return evidence.claims("averaging.interval.").stream()
        .min(
            Comparator.comparingDouble(
                claim ->
                    Math.max(
                        claim.values().get("fromParameters") / config.parameters(),
                        config.parameters() / claim.values().get("toParameters"))))
        .orElseThrow()
        .id();
  }

  /**
   * Steps between checkpoints, so that the averaged ones span the configured window as nearly as
   * whole steps allow, and within the published interval.
   */
  private long saveInterval() {
    double wished = config.averageWindow() * run.steps() / (config.checkpoints() - 1);
    double most = Math.floor(evidence.value(intervalLimit, "tokens") / run.tokensPerStep());
    return (long) Math.max(1, Math.min(most, Math.rint(wished)));
  }

  // The candidates.

  private Candidate decayAndAverage(int rank) {
    FinalRatio ratio = FinalRatio.ascending(evidence, run.parameters(), run.trainedTokens());
    Averaging averaging = averaging();
    boolean hold = ratio.ratio() < evidence.value("averaging.annealed", "share");
    long decayEnd = hold ? averaging.checkpoints().get(0) : run.steps();
    List<Reason> why = new ArrayList<>();
    why.add(
        new Reason(
            "On ascending data a moderate decay together with an average of the last checkpoints"
                + " gained +"
                + evidence.value("gain.combined", "percent")
                + " % over random shuffling.",
            List.of("gain.combined")));
    why.add(
        new Reason(
            "The final ratio follows the scale of the run: "
                + percent(ratio.ratio())
                + " of the peak is "
                + ratio.basis()
                + " for "
                + Quantity.show(run.trainedTokens())
                + " tokens.",
            ratio.evidence()));
    if (hold) {
      why.add(
          new Reason(
              "The rate is held while checkpoints are gathered, because averaging an annealed tail"
                  + " gains little.",
              List.of("averaging.annealed")));
    }
    why.add(
        new Reason(
            "Whether averaging adds to a decay is disputed; the first alternative leaves the decay"
                + " out.",
            List.of("averaging.and-decay")));
    return candidate(
        rank,
        "moderate-decay-average",
        "Moderate decay, then average the last checkpoints",
        why,
        decaying(Shape.MINUS_SQRT, ratio, decayEnd),
        ratio,
        averaging);
  }

  private Candidate constantAndAverage(int rank, List<String> because) {
    FinalRatio ratio =
        FinalRatio.published(
            evidence, "final-ratio.constant", run.parameters(), run.trainedTokens());
    List<Reason> why = new ArrayList<>();
    for (String id : because) {
      why.add(new Reason(evidence.claim(id).claim(), List.of(id)));
    }
    why.add(
        new Reason(
            "Nothing has to be decided before the end: the average takes the place of the decay,"
                + " and other weights can be tried on the same checkpoints.",
            List.of("averaging.as-decay")));
    return candidate(
        rank,
        "constant-average",
        "Constant learning rate, then average the last checkpoints",
        why,
        new Schedule(
            Shape.CONSTANT,
            config.peakLearningRate(),
            config.peakLearningRate(),
            run.steps(),
            warmUp(),
            run.steps(),
            run.steps()),
        ratio,
        averaging());
  }

  private Candidate decay(int rank) {
    FinalRatio ratio = FinalRatio.ascending(evidence, run.parameters(), run.trainedTokens());
    return candidate(
        rank,
        "moderate-decay",
        "Moderate decay, no average",
        List.of(
            new Reason(
                "One checkpoint, nothing to merge: on ascending data the decay stops at "
                    + percent(ratio.ratio())
                    + " of the peak, so the best data is still learned.",
                ratio.evidence()),
            new Reason(
                evidence.claim("decay-wastes-best-data").claim(),
                List.of("decay-wastes-best-data"))),
        decaying(Shape.MINUS_SQRT, ratio, run.steps()),
        ratio,
        Averaging.none(run.steps()));
  }

  private Candidate decayToNearZero(int rank) {
    String id = "final-ratio.shuffled.30b";
    FinalRatio ratio = FinalRatio.published(evidence, id, run.parameters(), run.trainedTokens());
    return candidate(
        rank,
        "decay-to-near-zero",
        "Decay to near zero, no average",
        List.of(
            new Reason(evidence.claim(id).claim(), List.of(id)),
            new Reason(
                evidence.claim("gain.shuffled-decay").claim(), List.of("gain.shuffled-decay"))),
        decaying(Shape.MINUS_SQRT, ratio, run.steps()),
        ratio,
        Averaging.none(run.steps()));
  }

  private Candidate linearToZero(int rank) {
    String id = "final-ratio.linear-to-zero";
    FinalRatio ratio = FinalRatio.published(evidence, id, run.parameters(), run.trainedTokens());
    return candidate(
        rank,
        "linear-to-zero",
        "Linear decay to zero over the whole run, no average",
        List.of(new Reason(evidence.claim(id).claim(), List.of(id))),
        new Schedule(
            Shape.LINEAR,
            config.peakLearningRate(),
            finalRate(ratio.ratio()),
            run.steps(),
            warmUp(),
            warmUp(),
            run.steps()),
        ratio,
        Averaging.none(run.steps()));
  }

  private Averaging averaging() {
    return Averaging.last(
        config.average(),
        evidence.value("averaging.ema", "alpha"),
        config.checkpoints(),
        run.steps(),
        saveInterval);
  }

  private long warmUp() {
    return Math.round(config.warmUp() * run.steps());
  }

  /**
   * A decay that begins at a saved checkpoint, so that other final rates can branch off there, or
   * where configured when the nearest checkpoint would make it much longer or shorter.
   */
  private Schedule decaying(Shape shape, FinalRatio ratio, long decayEnd) {
    long wished = Math.max(0, decayEnd - decaySteps);
    long latest = (decayEnd - 1) / saveInterval;
    long saved = saveInterval * Math.min(latest, Math.round((double) wished / saveInterval));
    boolean near = Math.abs(saved - wished) <= evidence.value("limits", "decaySlack") * decaySteps;
    long start = near ? saved : wished;
    return new Schedule(
        shape,
        config.peakLearningRate(),
        finalRate(ratio.ratio()),
        run.steps(),
        warmUp(),
        Math.max(warmUp(), start),
        decayEnd);
  }

  private double finalRate(double ratio) {
    return round(config.peakLearningRate() * ratio, 4);
  }

  // A candidate in full.

  private Candidate candidate(
      int rank,
      String name,
      String title,
      List<Reason> why,
      Schedule schedule,
      FinalRatio ratio,
      Averaging averaging) {
    Rates rates = rates(schedule, ratio);
    return new Candidate(
        rank,
        name,
        title,
        summary(rates, averaging),
        why,
        rates,
        average(averaging),
        metrics(schedule, averaging),
        branches(schedule, ratio, averaging),
        curve(schedule, averaging),
        planWarnings.of(schedule, averaging),
        sources(schedule, ratio, averaging));
  }

  private Rates rates(Schedule schedule, FinalRatio ratio) {
    boolean constant = schedule.shape() == Shape.CONSTANT;
    long decayStart = constant ? run.steps() : schedule.decayStart();
    long decaySteps = constant ? 0 : schedule.decayEnd() - schedule.decayStart();
    long holdSteps = constant ? 0 : run.steps() - schedule.decayEnd();
    double meanShare =
        schedule.shape() == Shape.LINEAR ? 0.5 : evidence.value("decay.shape", "meanShare");
    return new Rates(
        Section.name(schedule.shape()),
        schedule.peak(),
        schedule.last(),
        round(ratio.ratio()),
        ratio.basis(),
        schedule.warmUpSteps(),
        token(schedule.warmUpSteps()),
        decayStart,
        token(decayStart),
        decaySteps,
        token(decayStart + decaySteps) - token(decayStart),
        holdSteps,
        token(run.steps()) - token(run.steps() - holdSteps),
        constant ? 0 : round(schedule.last() + (schedule.peak() - schedule.last()) * meanShare));
  }

  private Average average(Averaging averaging) {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (int i = 0; i < averaging.weights().size(); i++) {
      long step = averaging.checkpoints().get(i);
      checkpoints.add(
          new Checkpoint(step, token(step), averaging.weights().get(i), averaging.share(step)));
    }
    long window = run.steps() - averaging.checkpoints().get(0);
    return new Average(
        averaging.averages() ? Section.name(config.average()) : "none",
        averaging.averages() ? config.average().title() : "the last checkpoint alone",
        saveInterval,
        saveInterval * run.tokensPerStep(),
        window,
        round((double) window / run.steps()),
        checkpoints,
        averaging.averages() ? otherWeights(averaging.weights().size()) : Map.of());
  }

  private Map<String, List<Double>> otherWeights(int count) {
    double alpha = evidence.value("averaging.ema", "alpha");
    Map<String, double[]> others = new LinkedHashMap<>();
    if (config.average() == AverageMethod.EMA) {
      others.put(
          "ema, reading " + alpha + " as the decay",
          CheckpointWeights.exponential(count, 1 - alpha));
    }
    for (AverageMethod method : List.of(AverageMethod.SMA, AverageMethod.MINUS_SQRT)) {
      if (method != config.average()) {
        others.put(method.title(), CheckpointWeights.of(method, count, alpha));
      }
    }
    Map<String, List<Double>> weights = new LinkedHashMap<>();
    others.forEach((name, values) -> weights.put(name, DoubleStream.of(values).boxed().toList()));
    return weights;
  }

  private Metrics metrics(Schedule schedule, Averaging averaging) {
    double best = evidence.value("metric.lambda", "bestShare");
    double read = (double) run.trainedTokens() / run.streamTokens();
    Exposure alone =
        Exposure.of(quality, schedule::rate, run.steps(), read, config.peakLearningRate(), best);
    Exposure averaged =
        Exposure.of(
            quality,
            step -> schedule.rate(step) * averaging.share(step),
            run.steps(),
            read,
            config.peakLearningRate(),
            best);
    return new Metrics(
        round(alone.lambda(), 4),
        round(alone.bestShare(), 4),
        round(averaged.lambda(), 4),
        round(averaged.bestShare(), 4));
  }

  private List<Branch> branches(Schedule schedule, FinalRatio ratio, Averaging averaging) {
    if (schedule.shape() != Shape.MINUS_SQRT) {
      return List.of();
    }
    TreeSet<Double> ratios = new TreeSet<>();
    ratios.add(ratio.ratio());
    ratios.add(ratio.ratio() * evidence.value("branch-sweep", "low"));
    ratios.add(Math.min(1, ratio.ratio() * evidence.value("branch-sweep", "high")));
    return ratios.stream()
        .map(
            other -> {
              Schedule branch =
                  new Schedule(
                      schedule.shape(),
                      schedule.peak(),
                      finalRate(other),
                      schedule.steps(),
                      schedule.warmUpSteps(),
                      schedule.decayStart(),
                      schedule.decayEnd());
              return new Branch(
                  round(other), branch.last(), branch.decayStart(), metrics(branch, averaging));
            })
        .toList();
  }

  /** Even steps, and both sides of every bend. */
  private List<Point> curve(Schedule schedule, Averaging averaging) {
    TreeSet<Long> steps = new TreeSet<>();
    for (int i = 0; i <= CURVE_POINTS; i++) {
      steps.add(1 + Math.round((double) i / CURVE_POINTS * (run.steps() - 1)));
    }
    steps.add(schedule.warmUpSteps());
    steps.add(schedule.decayStart());
    steps.add(schedule.decayEnd());
    for (long checkpoint : averaging.checkpoints()) {
      steps.add(checkpoint);
      steps.add(checkpoint + 1);
    }
    return steps.subSet(1L, true, run.steps(), true).stream()
        .map(
            step ->
                new Point(
                    step,
                    token(step),
                    round(schedule.rate(step)),
                    round(schedule.rate(step) * averaging.share(step))))
        .toList();
  }

  private Map<String, List<String>> sources(
      Schedule schedule, FinalRatio ratio, Averaging averaging) {
    Map<String, List<String>> sources = new TreeMap<>();
    sources.put("schedule.peak", List.of("configuration", "peak"));
    sources.put("schedule.finalRatio", ratio.evidence());
    sources.put("schedule.finalRate", with("configuration", ratio.evidence()));
    for (String unit : List.of("Steps", "Tokens")) {
      sources.put("schedule.warmUp" + unit, List.of("curriculum", "warm-up.share"));
      sources.put("schedule.decay" + unit, List.of("curriculum", "decay.share"));
      sources.put("schedule.hold" + unit, List.of("curriculum", "averaging.annealed"));
      sources.put(
          "averaging.saveInterval" + unit,
          List.of("curriculum", "averaging.window", intervalLimit));
    }
    List<String> decayStart =
        schedule.shape() == Shape.LINEAR
            ? List.of("curriculum", "final-ratio.linear-to-zero")
            : List.of("curriculum", "decay.share", "branch-sweep");
    sources.put("schedule.decayStartStep", decayStart);
    sources.put("schedule.decayStartToken", decayStart);
    sources.put("schedule.meanRateOverDecay", List.of("decay.shape"));
    sources.put("averaging.windowSteps", List.of("curriculum", "averaging.window"));
    sources.put("averaging.windowShare", List.of("curriculum", "averaging.window"));
    List<String> checkpoints =
        averaging.averages()
            ? List.of("curriculum", "averaging.count", "averaging.count.others", "averaging.window")
            : List.of("curriculum");
    sources.put("averaging.checkpoints.step", checkpoints);
    sources.put("averaging.checkpoints.token", checkpoints);
    sources.put(
        "averaging.checkpoints.weight",
        switch (config.average()) {
          case EMA -> List.of("averaging.ema");
          case WMA -> List.of("averaging.wma");
          case SMA, MINUS_SQRT -> List.of("averaging.as-decay");
        });
    sources.put("averaging.checkpoints.gradientShare", List.of("averaging.as-decay"));
    sources.put("averaging.otherWeights", List.of("averaging.as-decay", "averaging.ema"));
    sources.put("metrics", List.of("curriculum", "metric.lambda"));
    sources.put("branches", with("branch-sweep", ratio.evidence()));
    sources.put("curve", List.of("decay.shape", "averaging.as-decay"));
    return sources;
  }

  private static List<String> with(String first, List<String> rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(rest);
    return all;
  }

  private String summary(Rates rates, Averaging averaging) {
    StringBuilder text = new StringBuilder();
    if (rates.warmUpSteps() > 0) {
      text.append("Warm up over ")
          .append(steps(rates.warmUpSteps()))
          .append(" to ")
          .append(rate(rates.peak()));
    } else {
      text.append("Start at ").append(rate(rates.peak()));
    }
    if (rates.shape().equals("constant")) {
      text.append(", stay there to the end at step ").append(number(run.steps()));
    } else {
      if (rates.decayStartStep() > rates.warmUpSteps()) {
        text.append(", stay there to step ").append(number(rates.decayStartStep()));
      }
      text.append(", decay ")
          .append(rates.shape().equals("linear") ? "linearly" : "by 1-sqrt")
          .append(" to ")
          .append(rate(rates.finalRate()))
          .append(" (")
          .append(percent(rates.finalRatio()))
          .append(" of the peak) at step ")
          .append(number(rates.decayStartStep() + rates.decaySteps()));
      if (rates.holdSteps() > 0) {
        text.append(", hold it for ").append(steps(rates.holdSteps()));
      }
    }
    if (averaging.averages()) {
      text.append(", then average the last ")
          .append(averaging.checkpoints().size())
          .append(" checkpoints (")
          .append(config.average().title())
          .append("), one every ")
          .append(steps(saveInterval));
    }
    return text.append('.').toString();
  }

  private List<Reference> references(List<Candidate> candidates, List<Warning> warnings) {
    TreeSet<String> used =
        new TreeSet<>(List.of("configuration", "curriculum", "metric.lambda", "limits"));
    warnings.forEach(warning -> used.addAll(warning.evidence()));
    for (Candidate candidate : candidates) {
      candidate.why().forEach(reason -> used.addAll(reason.evidence()));
      candidate.warnings().forEach(warning -> used.addAll(warning.evidence()));
      candidate.sources().values().stream().flatMap(Collection::stream).forEach(used::add);
    }
    double factor = evidence.value("limits", "scopeFactor");
    return evidence.claims("").stream()
        .filter(claim -> used.contains(claim.id()))
        .map(
            claim ->
                new Reference(
                    claim, claim.scope().left(run.parameters(), run.trainedTokens(), factor)))
        .toList();
  }

  // Numbers.

  /** The tokens trained on after a step. */
  private long token(long step) {
    return Math.min(step * run.tokensPerStep(), run.trainedTokens());
  }

  static long wholeSequences(long tokens, long sequenceLength) {
    return Math.max(1, Math.round((double) tokens / sequenceLength));
  }

  private static long divideUp(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  private static double round(double value) {
    return round(value, 6);
  }

  private static double round(double value, int digits) {
    return new BigDecimal(value).round(new MathContext(digits)).doubleValue();
  }
}
