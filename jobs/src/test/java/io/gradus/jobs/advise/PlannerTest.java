package io.gradus.jobs.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.workspace.Json;
import io.gradus.jobs.advise.Plan.Candidate;
import io.gradus.jobs.advise.Plan.Checkpoint;
import io.gradus.jobs.advise.Plan.Comparison;
import io.gradus.jobs.advise.Plan.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {
  private static final long BILLION = 1_000_000_000L;

  private static AdviseConfig config(String hocon) {
    Problems problems = new Problems();
    AdviseConfig config =
        AdviseConfig.read(Section.root(ConfigFactory.parseString(hocon), problems));
    problems.throwIfAny();
    return config;
  }

  private static Plan plan(CurriculumProfile profile) {
    return Planner.plan(config(""), profile, 2048);
  }

  private static List<String> codes(Plan plan) {
    return Stream.concat(plan.warnings().stream(), plan.main().warnings().stream())
        .map(Warning::code)
        .toList();
  }

  @Test
  void defaultsAreTheFactsOfThePaper() {
    assertThat(config(""))
        .isEqualTo(
            new AdviseConfig(
                1_500_000_000L,
                2_000_000,
                3e-3,
                Trainer.MEGATRON,
                0.01,
                0.1,
                AverageMethod.SMA,
                6,
                0.1));
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            config(
                """
                parameters = 7B, batch-tokens = 4M, peak-learning-rate = 1e-3, trainer = transformers
                warm-up = 0.02, decay = 0.2, average = ema, checkpoints = 8, average-window = 0.05
                """))
        .isEqualTo(
            new AdviseConfig(
                7 * BILLION,
                4_000_000,
                1e-3,
                Trainer.TRANSFORMERS,
                0.02,
                0.2,
                AverageMethod.EMA,
                8,
                0.05));
  }

  @Test
  void atThirtyBillionTokensTheMainPlanIsThePapersOwn() {
    Candidate main = plan(Profiles.ascending(30 * BILLION)).main();
    assertThat(main.name()).isEqualTo("moderate-decay-average");
    assertThat(main.schedule().finalRate()).isEqualTo(1e-3);
    assertThat(main.schedule().meanRateOverDecay()).isCloseTo(1e-3 + 2e-3 / 3, within(1e-8));
    assertThat(main.averaging().checkpoints()).hasSize(6);
    assertThat(main.averaging().windowShare()).isCloseTo(0.1, within(0.001));
    assertThat(main.schedule().decayStartStep() % main.averaging().saveIntervalSteps()).isZero();
    assertThat(main.branches().stream().map(Plan.Branch::finalRatio))
        .containsExactly(0.166667, 0.333333, 0.666667);
  }

  @Test
  void stepsAreFullAndTheSequencesTheyLeaveOutAreNamed() {
    Plan plan = plan(Profiles.ascending(30 * BILLION));
    Plan.Run run = plan.run();
    assertThat(run.streamTokens()).isEqualTo(30 * BILLION + 2_000);
    assertThat(run.sequencesPerStep()).isEqualTo(977);
    assertThat(run.tokensPerStep()).isEqualTo(977 * 2048);
    assertThat(run.steps()).isEqualTo(14_993);
    assertThat(run.trainedTokens()).isEqualTo(14_993 * run.tokensPerStep());
    assertThat(run.unreadSequences()).isEqualTo(run.sequences() - 14_993 * 977).isEqualTo(278);
    assertThat(plan.warnings())
        .filteredOn(warning -> warning.code().equals("unread-sequences"))
        .extracting(Warning::message)
        .containsExactly(
            "The plan takes full steps only, as trainers do in one pass: the last 278 of"
                + " 14,648,439 sequences (0.0 %) are not read; they are the best data.");
  }

  @Test
  void atALargeScaleTheLowRateIsHeldWhileCheckpointsAreGathered() {
    Candidate main = plan(Profiles.ascending(1_400 * BILLION)).main();
    assertThat(main.schedule().finalRatio()).isCloseTo(0.04, within(1e-6));
    assertThat(main.schedule().decayStartStep() + main.schedule().decaySteps())
        .isEqualTo(main.averaging().checkpoints().get(0).step());
    assertThat(main.averaging().saveIntervalTokens()).isLessThanOrEqualTo(4 * BILLION);
    assertThat(main.warnings()).extracting(Warning::code).contains("average-over-annealed-tail");
  }

  @Test
  void aRatioBesideAnUncertainPointIsSaidToBeSo() {
    Candidate main = plan(Profiles.ascending(100 * BILLION)).main();
    assertThat(main.schedule().finalRatioBasis()).isEqualTo("interpolated (uncertain knot)");
    assertThat(main.why())
        .extracting(Plan.Reason::text)
        .anySatisfy(text -> assertThat(text).contains("is interpolated (uncertain knot) for 100B"));
  }

  @Test
  void shuffledDataDecaysToNearZeroWithoutAnAverage() {
    Plan plan = plan(Profiles.shuffled(30 * BILLION));
    assertThat(plan.main().schedule().finalRate()).isEqualTo(1e-5);
    assertThat(plan.main().averaging().method()).isEqualTo("none");
    assertThat(plan.alternatives())
        .extracting(Candidate::name)
        .containsExactly("linear-to-zero", "constant-average");
  }

  @Test
  void descendingOrderIsWarnedOf() {
    assertThat(codes(plan(Profiles.descending(30 * BILLION)))).contains("descending");
  }

  @Test
  void lambdaIsLargerForAConstantRateThanForADecayOnAscendingData() {
    List<Comparison> lines = plan(Profiles.ascending(30 * BILLION)).comparison();
    assertThat(lines)
        .extracting(Comparison::name)
        .containsExactly(
            "moderate-decay-average", "constant-average", "moderate-decay", "decay-to-near-zero");
    assertThat(lines.get(1).metrics().lambda()).isGreaterThan(lines.get(2).metrics().lambda());
    assertThat(lines.get(2).metrics().lambda()).isGreaterThan(lines.get(3).metrics().lambda());
  }

  @Test
  void sortingOnlyTheEndIsWarnedOf() {
    CurriculumProfile profile =
        Profiles.of("phases", 30 * BILLION, place -> place < 0.7 ? 0.4 : place);
    assertThat(codes(plan(profile))).contains("only-the-end-sorted");
    assertThat(codes(plan(Profiles.ascending(30 * BILLION)))).doesNotContain("only-the-end-sorted");
  }

  @Test
  void anAscendingOrderOfEqualQualityIsWarnedOf() {
    assertThat(codes(plan(Profiles.of("ascending", 30 * BILLION, place -> 0.5))))
        .contains("quality-does-not-rise");
  }

  @Test
  void aLongAveragingWindowIsWarnedOf() {
    Plan plan =
        Planner.plan(config("average-window = 0.4"), Profiles.ascending(30 * BILLION), 2048);
    assertThat(codes(plan)).contains("average-window-long");
  }

  @Test
  void aDecayKeepsItsLengthWhereNoCheckpointIsNear() {
    Plan plan =
        Planner.plan(
            config("decay = 0.05, checkpoints = 2"), Profiles.ascending(30 * BILLION), 2048);
    assertThat(plan.run().steps()).isEqualTo(14_993);
    assertThat(plan.main().averaging().saveIntervalSteps()).isEqualTo(1_499);
    assertThat(plan.main().schedule().decaySteps()).isEqualTo(750);
    assertThat(plan.main().warnings())
        .filteredOn(warning -> warning.code().equals("decay-start-not-saved"))
        .extracting(Warning::message)
        .containsExactly(
            "The decay begins at step 14,243, between the checkpoints that are saved every 1,499"
                + " steps.");
    assertThat(codes(plan)).doesNotContain("decay-length-differs");
    assertThat(codes(plan(Profiles.ascending(30 * BILLION))))
        .doesNotContain("decay-start-not-saved");
  }

  @Test
  void aDecayThatTheWarmUpLeavesNoRoomForIsWarnedOf() {
    Plan plan =
        Planner.plan(
            config(
                "parameters = 70B, warm-up = 0.2, decay = 0.5, average-window = 0.5,"
                    + " checkpoints = 10"),
            Profiles.ascending(1_400 * BILLION),
            2048);
    assertThat(plan.main().schedule().holdSteps()).isPositive();
    assertThat(plan.main().warnings())
        .filteredOn(warning -> warning.code().equals("decay-length-differs"))
        .extracting(Warning::message)
        .containsExactly(
            String.format(
                "The decay takes %,d steps, not the %,d of advise.decay: warm-up and averaged"
                    + " checkpoints leave no more room.",
                plan.main().schedule().decaySteps(), Math.round(0.5 * plan.run().steps())));
  }

  @Test
  void aTinyCurriculumIsSaidToBeFarOutsideAndGivenARemedy() {
    Plan plan = plan(Profiles.ascending(500_000));
    assertThat(plan.run().steps()).isEqualTo(1);
    assertThat(codes(plan)).contains("extrapolated-tokens", "few-steps");
    assertThat(plan.warnings().get(0).message()).startsWith("EXTRAPOLATED: 502k tokens");
    assertThat(plan.warnings().get(1).remedy())
        .isEqualTo("Set advise.batch-tokens to about 2,048 (246 steps), or sample more tokens.");
    assertThat(plan.main().schedule().finalRatioBasis()).isEqualTo("extrapolated");
  }

  @Test
  void aBatchLargerThanTheCurriculumIsCutToItSoThatNoSecondEpochIsPlanned() {
    Plan plan = plan(Profiles.ascending(500_000));
    assertThat(plan.run().sequencesPerStep()).isEqualTo(plan.run().sequences()).isEqualTo(246);
    assertThat(plan.run().unreadSequences()).isZero();
    assertThat(new Fragments(plan.run(), plan.main()).of(Trainer.MEGATRON))
        .contains("--global-batch-size 246\n", "--train-iters 1\n");
    assertThat(plan.warnings())
        .filteredOn(warning -> warning.code().equals("batch-exceeds-curriculum"))
        .singleElement()
        .satisfies(
            warning -> {
              assertThat(warning.severity()).isEqualTo("loud");
              assertThat(warning.message())
                  .isEqualTo(
                      "advise.batch-tokens asks for 2,000,000 tokens a step, more than the"
                          + " curriculum has. The plan puts all 246 sequences into 1 step, because"
                          + " a larger batch would begin a second epoch in another order.");
              assertThat(warning.remedy())
                  .isEqualTo("Set advise.batch-tokens far below 503,808, or sample more tokens.");
            });
    assertThat(codes(plan)).doesNotContain("batch-rounded");
  }

  @Test
  void aRunThatSavesTooFewCheckpointsIsWarnedOf() {
    Plan plan = Planner.plan(config("batch-tokens = 160k"), Profiles.ascending(500_000), 2048);
    assertThat(plan.main().averaging().checkpoints()).hasSize(3);
    assertThat(codes(plan)).contains("fewer-checkpoints", "average-window-long");
  }

  @Test
  void bothReadingsOfTheExponentialMeanAreGiven() {
    Candidate main =
        Planner.plan(config("average = ema"), Profiles.ascending(30 * BILLION), 2048).main();
    assertThat(main.averaging().checkpoints().get(5).weight()).isEqualTo(0.2);
    assertThat(main.averaging().otherWeights().get("ema, reading 0.2 as the decay").get(5))
        .isEqualTo(0.8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ascending", "descending", "shuffled", "zig-zag"})
  void everyNumberOfEveryCandidateHasASource(String shape) {
    Plan plan = plan(Profiles.of(shape, 30 * BILLION, place -> place));
    List<String> known =
        plan.evidence().stream().map(reference -> reference.finding().id()).toList();
    for (Candidate candidate :
        Stream.concat(Stream.of(plan.main()), plan.alternatives().stream()).toList()) {
      for (String path : numbers(Json.tree(candidate))) {
        List<String> sources =
            candidate.sources().entrySet().stream()
                .filter(
                    source ->
                        path.equals(source.getKey()) || path.startsWith(source.getKey() + "."))
                .flatMap(source -> source.getValue().stream())
                .toList();
        assertThat(sources).as(path).isNotEmpty().isSubsetOf(known);
      }
    }
    assertThat(plan.evidence())
        .allSatisfy(
            reference -> {
              assertThat(reference.finding().source()).isNotBlank();
              assertThat(reference.finding().scope().text()).isNotBlank();
            });
  }

  /** Paths of all numbers of a candidate; places in lists are left out. */
  private static Set<String> numbers(JsonNode candidate) {
    Set<String> paths = new TreeSet<>();
    gather("", candidate, paths);
    paths.remove("rank");
    return paths;
  }

  private static void gather(String path, JsonNode node, Set<String> paths) {
    if (node.isNumber()) {
      paths.add(path);
    } else if (node.isArray()) {
      node.forEach(item -> gather(path, item, paths));
    } else {
      node.properties()
          .forEach(
              field ->
                  gather(
                      path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                      field.getValue(),
                      paths));
    }
  }

  @Property(tries = 100)
  void anyRunGivesAPlanThatHangsTogether(
      @ForAll @LongRange(min = 200, max = 100_000_000_000_000L) long tokens,
      @ForAll @LongRange(min = 1, max = 16_000_000) long batch) {
    Plan plan = Planner.plan(config("batch-tokens = " + batch), Profiles.ascending(tokens), 2048);
    Plan.Run run = plan.run();
    assertThat(run.steps() * run.sequencesPerStep() + run.unreadSequences())
        .isEqualTo(run.sequences());
    assertThat(run.unreadSequences()).isBetween(0L, run.sequencesPerStep() - 1);
    assertThat(run.trainedTokens()).isBetween(1L, run.streamTokens());
    for (Candidate candidate :
        Stream.concat(Stream.of(plan.main()), plan.alternatives().stream()).toList()) {
      List<Long> steps = new ArrayList<>();
      candidate.averaging().checkpoints().forEach(checkpoint -> steps.add(checkpoint.step()));
      assertThat(steps).doesNotHaveDuplicates().isSorted().endsWith(plan.run().steps());
      assertThat(candidate.averaging().checkpoints().stream().mapToDouble(Checkpoint::weight).sum())
          .isCloseTo(1, within(1e-9));
      assertThat(candidate.schedule().warmUpSteps())
          .isLessThanOrEqualTo(candidate.schedule().decayStartStep());
      assertThat(
              candidate.schedule().decayStartStep()
                  + candidate.schedule().decaySteps()
                  + candidate.schedule().holdSteps())
          .isEqualTo(plan.run().steps());
      assertThat(candidate.schedule().decaySteps()).isNotNegative();
    }
  }
}
