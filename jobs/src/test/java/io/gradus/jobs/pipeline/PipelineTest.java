package io.gradus.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.TooManyBadRecords;
import io.gradus.common.job.UserMistake;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.workspace.Workspace;
import io.gradus.jobs.pipeline.Stage.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineTest {
  @TempDir Path folder;

  private final List<String> ran = new ArrayList<>();
  private final Map<String, String> digests = new TreeMap<>(Map.of("tokenizer", "one"));
  private double temperature = 1.0;
  private String group = "";

  @Test
  void finishedStagesAreNotRunAgain() throws IOException {
    run();
    run();
    assertThat(ran).containsExactly("first", "second");
  }

  @Test
  void anotherConfigurationRunsTheStageAndWhatFollows() throws IOException {
    run();
    temperature = 2.0;
    assertThat(pipeline().explain())
        .containsExactly("first: reused", "second: temperature 1.0 to 2.0");
    run();
    assertThat(ran).containsExactly("first", "second", "second");
  }

  @Test
  void anotherTokenizerIsNamed() throws IOException {
    run();
    digests.put("tokenizer", "two");
    assertThat(pipeline().explain())
        .containsExactly("first: tokenizer changed", "second: runs after first");
  }

  @Test
  void whatReadsAnOutputThatWasRemovedIsMadeAgain() throws IOException {
    run();
    try (java.util.stream.Stream<Path> files = Files.walk(folder.resolve("workspace/first"))) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    run();
    assertThat(ran).containsExactly("first", "second", "first", "second");
  }

  @Test
  void aTokenizerThatChangesDuringTheRunIsRefused() throws IOException {
    Pipeline pipeline = pipeline(() -> digests.put("tokenizer", "two"));
    pipeline.prepare();
    assertThatThrownBy(() -> pipeline.run(LocalSpark.context(), "second"))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "first: tokenizer changed while the stage was running, so its output would not be what"
                + " its name says. Leave inputs, models and tokenizers alone during a run, and run"
                + " again.");
    assertThat(pipeline.manifest("first")).isEmpty();
  }

  @Test
  void theLastFailureLiesInTheWorkspaceUntilARunSucceeds() throws IOException {
    Pipeline failing =
        pipeline(
            () -> {
              throw new TooManyBadRecords("half of them");
            });
    failing.prepare();
    assertThatThrownBy(() -> failing.run(LocalSpark.context(), "second"))
        .isInstanceOf(TooManyBadRecords.class)
        .hasMessage("half of them");
    Path failure = folder.resolve("workspace/failure.json");
    assertThat(failure).content().contains("\"exitCode\" : 3", "\"stage\" : \"first\"");
    run();
    assertThat(failure).doesNotExist();
  }

  @Test
  void aStageGivesItsNameToItsJobs() throws IOException {
    run();
    assertThat(group).isEqualTo("gradus-first");
    assertThat(LocalSpark.session().sparkContext().getLocalProperty("spark.jobGroup.id")).isNull();
  }

  @Test
  void whileAStageRunsOthersAreRefusedAndSeeIt() throws IOException {
    Pipeline other = pipeline();
    List<String> status = new ArrayList<>();
    Pipeline running =
        pipeline(
            () -> {
              status.addAll(other.status());
              assertThatThrownBy(() -> other.take(line -> {}))
                  .isInstanceOf(UserMistake.class)
                  .hasMessageContaining(", last sign of life 0 s ago");
            });
    running.prepare();
    running.run(LocalSpark.context(), "second");
    assertThat(status).anyMatch(line -> line.matches("  first +running"));
    assertThat(status)
        .anyMatch(line -> line.startsWith("Running: process " + ProcessHandle.current().pid()));
    assertThat(other.status()).noneMatch(line -> line.startsWith("Running"));
    assertThat(folder.resolve("workspace/failure.json")).doesNotExist();
  }

  @Test
  void theReasonIsFoundAmongTheCauses() {
    RuntimeException wrapped =
        new RuntimeException("Job aborted", new IllegalStateException(new UserMistake("mend it")));
    assertThat(Failure.of("rate", wrapped)).isEqualTo(new Failure("rate", 2, "mend it"));
    assertThat(Failure.of("rate", new IllegalStateException("odd")))
        .isEqualTo(new Failure("rate", 1, "java.lang.IllegalStateException: odd"));
  }

  @Test
  void topicsAreAStageOnlyWhereTheyAreAskedFor() throws IOException {
    String start = "pipeline { workspace = workspace }, ingest { inputs = [ { path = x } ] }";
    Path without = Files.writeString(folder.resolve("without.conf"), start);
    Path with = Files.writeString(folder.resolve("with.conf"), start + ", topics { }");
    assertThat(stages(PipelineConfig.read(without, List.of()))).doesNotContain("topics");
    assertThat(stages(PipelineConfig.read(with, List.of()))).startsWith("ingest", "topics", "rate");
    assertThat(stages(PipelineConfig.read(with, List.of("topics=null")))).doesNotContain("topics");
  }

  private static List<String> stages(PipelineConfig config) {
    return Stages.of(config, new Configuration()).stream().map(Stage::name).toList();
  }

  private void run() throws IOException {
    Pipeline pipeline = pipeline();
    pipeline.prepare();
    pipeline.run(LocalSpark.context(), "second");
  }

  private Pipeline pipeline() throws IOException {
    return pipeline(() -> {});
  }

  private Pipeline pipeline(Runnable inFirst) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("a.conf"),
            "pipeline { workspace = workspace }, ingest { inputs = [ { path = x } ] }");
    PipelineConfig config = PipelineConfig.read(file, List.of());
    Workspace workspace = Workspace.at(config.workspace(), new Configuration());
    Stage first =
        new Stage(
            "first",
            1,
            Map.of(),
            List.of(),
            () -> Map.copyOf(digests),
            0,
            (context, inputs, output) -> {
              ran.add("first");
              group = context.session().sparkContext().getLocalProperty("spark.jobGroup.id");
              inFirst.run();
              return new Outcome(Map.of("table", Map.of("tokens", 1)), "did it");
            });
    Stage second =
        new Stage(
            "second",
            1,
            Map.of("temperature", temperature),
            List.of("first"),
            Map::of,
            42,
            (context, inputs, output) -> {
              ran.add("second");
              return new Outcome(Map.of(), "did it too");
            });
    return new Pipeline(config, workspace, Plan.of(List.of(first, second), workspace));
  }
}
