package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RateEstimateTest {
  @TempDir Path folder;
  private final Configuration hadoop = new Configuration();
  private RaterInspection bundle;
  private RateConfig config;
  private RaterSpeeds speeds;

  @BeforeEach
  void write() throws IOException {
    Path tiny = TinyBundle.write(folder.resolve("tiny"));
    bundle = new RaterInspection(tiny.toString(), DeviceConfig.DEFAULT, hadoop);
    config =
        RateConfig.of(
            new RaterConfig.Statistics(List.of("reading_ease"), ""),
            new RaterConfig.Bundle(tiny.toString(), ""));
    speeds = new RaterSpeeds(folder.resolve("cache/rater-speeds.json"));
  }

  private List<String> estimate(OptionalLong tokens) {
    return RateEstimate.of(config, tokens, hadoop, speeds);
  }

  @Test
  void withoutAMeasurementItNamesTheCommand() {
    assertThat(estimate(OptionalLong.of(5000)))
        .containsExactly(
            folder.resolve("tiny")
                + ": how fast this machine is tells 'gradus rater bench "
                + folder.resolve("tiny")
                + "'");
  }

  @Test
  void tokensOverTheMeasuredSpeedAreTheTime() {
    speeds.keep(bundle, 500);
    speeds.keep(bundle, 2000);
    assertThat(estimate(OptionalLong.of(7_200_000)))
        .containsExactly(
            folder.resolve("tiny")
                + ": 7.2M tokens take about 1:00:00 of one such machine or GPU (2,000 tokens/s by"
                + " 'gradus rater bench')");
    assertThat(estimate(OptionalLong.empty()).get(0)).contains("is known after ingest");
  }

  @Test
  void aDamagedFileIsAsNone() throws IOException {
    speeds.keep(bundle, 500);
    Files.writeString(folder.resolve("cache/rater-speeds.json"), "{ half");
    assertThat(estimate(OptionalLong.of(1)).get(0)).contains("gradus rater bench");
    speeds.keep(bundle, 500);
    assertThat(estimate(OptionalLong.of(1)).get(0)).contains("500 tokens/s");
  }

  @Test
  void checkTellsWhatItFound() {
    assertThat(bundle.check())
        .anyMatch(line -> line.contains("tiny 3 (onnx-embedding, fp32, up, down; licence CC0-1.0)"))
        .contains("digests  2 files are as rater.json says")
        .contains("graph    inputs input_ids; output states [batch, position, 2], on cpu")
        .contains("probes   1 texts, 2 scores, largest difference 0.0000 (tolerance 0.001)");
  }

  @Test
  void checkRunsProbesWithPaddingWhereTheBundleAllowsIt() throws IOException {
    Path logits = TinyBundle.writeLogits(folder.resolve("logits"), definition -> {});
    assertThat(new RaterInspection(logits.toString(), DeviceConfig.DEFAULT, hadoop).check())
        .anyMatch(line -> line.startsWith("padded   "));
  }

  @Test
  void checkRefusesABundleThatGivesOtherScores() throws IOException {
    Path wrong =
        TinyBundle.write(
            folder.resolve("wrong"),
            definition ->
                ((com.fasterxml.jackson.databind.node.ObjectNode) definition.at("/probes/0/scores"))
                    .put("up", 12.0));
    RaterInspection inspection =
        new RaterInspection(wrong.toString(), DeviceConfig.DEFAULT, hadoop);
    assertThatThrownBy(inspection::check)
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("probe 1 gives up = 11.0 here, but 12.0 is expected");
  }

  @Test
  void benchMeasuresEachBudget() {
    RaterBench bench = new RaterBench(bundle, List.of("a b a b", "a"), Duration.ofMillis(20));
    assertThat(bench.budgets()).contains(1).hasSizeGreaterThan(3);
    RaterBench.Speed one = bench.measure(1);
    assertThat(one.tokensPerSecond()).isPositive();
    assertThat(one.paddingShare()).isZero();
    RaterBench.Speed faster = new RaterBench.Speed(8, one.tokensPerSecond() + 1, 0, 0);
    assertThat(RaterBench.best(List.of(one, faster))).isSameAs(faster);
  }

  @Test
  void benchNeedsADocumentThatCanBeRated() {
    RaterBench bench = new RaterBench(bundle, List.of("far"), Duration.ofHours(1));
    assertThatThrownBy(() -> bench.measure(1))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith("No document could be rated: ")
        .hasMessageContaining("gradus rater check");
  }
}
