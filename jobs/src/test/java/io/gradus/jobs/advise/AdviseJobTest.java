package io.gradus.jobs.advise;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdviseJobTest {
  private static final AdviseConfig CONFIG =
      new AdviseConfig(
          1_500_000_000L,
          2_048_000,
          3e-3,
          Trainer.TRANSFORMERS,
          0.01,
          0.1,
          AverageMethod.SMA,
          6,
          0.1);

  @TempDir Path folder;

  private StageDirectory output(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), LocalSpark.context().hadoop());
  }

  private AdviseResult advise(String name) {
    return new AdviseJob()
        .run(
            LocalSpark.context(),
            CONFIG,
            Profiles.ascending(30_000_000_000L - 2_000),
            2_048,
            output(name));
  }

  @Test
  void theConfiguredTrainersFragmentIsNamedFirst() {
    assertThat(advise("plan").files())
        .startsWith(
            "plan.json",
            "fragments/transformers.json",
            "fragments/megatron.sh",
            "fragments/mergekit.yaml",
            "fragments/README.md")
        .contains("fragments/alternatives/constant-average/megatron.sh")
        .doesNotContain("fragments/alternatives/moderate-decay/mergekit.yaml")
        .allSatisfy(file -> assertThat(output("plan").text(file)).isPresent());
  }

  @Test
  void theResultSaysWhatThePlanSays() {
    AdviseResult result = advise("plan");
    assertThat(result.summary())
        .isEqualTo(
            "Warm up over 146 steps to 0.003, stay there to step 13,185, decay by 1-sqrt to 0.001"
                + " (33 % of the peak) at step 14,648, then average the last 6 checkpoints (equal"
                + " mean), one every 293 steps.");
    JsonNode plan = Json.read(output("plan").text("plan.json").orElseThrow(), JsonNode.class);
    assertThat(plan.at("/main/summary").asText()).isEqualTo(result.summary());
    assertThat(plan.at("/run/steps").asLong()).isEqualTo(result.steps());
    assertThat(result.extrapolated()).isFalse();
  }

  @Test
  void megatronIsAskedForFullStepsOnlySoThatNoSecondEpochIsPlanned() {
    assertThat(advise("plan").checkpoints()).endsWith(14_648L);
    assertThat(output("plan").text("fragments/megatron.sh").orElseThrow())
        .contains(
            """
            GRADUS_ARGUMENTS=(
              --seq-length 2048
              --global-batch-size 1000
              --train-iters 14648
              --lr 0.003
              --lr-warmup-iters 146
              --min-lr 0.001
              --lr-decay-style WSD
              --lr-wsd-decay-style minus_sqrt
              --lr-decay-iters 14648
              --lr-wsd-decay-iters 1463
              --save-interval 293
              --split 100,0,0
            )
            """);
  }

  @Test
  void transformersKeepsTheOrderAndThe1SqrtDecay() {
    advise("plan");
    JsonNode arguments =
        Json.read(output("plan").text("fragments/transformers.json").orElseThrow(), JsonNode.class);
    assertThat(arguments.get("train_sampling_strategy").asText()).isEqualTo("sequential");
    assertThat(arguments.get("dataloader_drop_last").asBoolean()).isTrue();
    assertThat(arguments.get("max_steps").asLong()).isEqualTo(14_648);
    assertThat(arguments.get("lr_scheduler_type").asText()).isEqualTo("warmup_stable_decay");
    JsonNode decay = arguments.get("lr_scheduler_kwargs");
    assertThat(decay.get("decay_type").asText()).isEqualTo("1-sqrt");
    assertThat(
            arguments.get("warmup_steps").asLong()
                + decay.get("num_stable_steps").asLong()
                + decay.get("num_decay_steps").asLong())
        .isEqualTo(arguments.get("max_steps").asLong());
  }

  @Test
  void mergekitWeighsEveryAveragedCheckpoint() {
    AdviseResult result = advise("plan");
    String recipe = output("plan").text("fragments/mergekit.yaml").orElseThrow();
    assertThat(result.checkpoints())
        .hasSize(6)
        .allSatisfy(step -> assertThat(recipe).contains("  - model: checkpoint-" + step + "\n"));
  }

  @Test
  void theSameInputGivesTheSameBytes() {
    AdviseResult first = advise("first");
    advise("second");
    assertThat(first.files())
        .allSatisfy(
            file -> assertThat(output("second").text(file)).isEqualTo(output("first").text(file)));
  }
}
