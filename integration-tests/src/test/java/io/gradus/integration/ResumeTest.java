package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens to a workspace in which a pipeline has run already, in the order of a user's day.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ResumeTest {
  @TempDir static Path folder;
  private static Path pipeline;
  private static Program.Finished first;

  @BeforeAll
  static void run() throws IOException, InterruptedException {
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(120, 11), 2);
    pipeline =
        GeneratedCorpus.pipeline(folder.resolve("day.conf"), input, folder.resolve("workspace"));
    first = gradus("run");
  }

  @Test
  @Order(1)
  void theFirstRunSaysWhereEverythingLies() {
    assertThat(first.exitCode()).as(first.output()).isZero();
    assertThat(first.output())
        .contains("verify", "all checks passed", "Shards:", "plan.json", "report.html");
  }

  @Test
  @Order(2)
  void theSecondRunDoesNothingAndSaysSo() throws IOException, InterruptedException {
    Program.Finished second = gradus("run");
    assertThat(second.exitCode()).as(second.output()).isZero();
    assertThat(second.output())
        .startsWith("Nothing to do: every stage is finished for this configuration and input.");
  }

  @Test
  @Order(3)
  void explainTellsWhatAnotherTemperatureWouldRun() throws IOException, InterruptedException {
    Program.Finished explain = gradus("explain", "--set", "sample.temperature=2.0");
    assertThat(explain.output().lines())
        .containsExactly(
            "ingest: reused",
            "rate: reused",
            "calibrate: reused",
            "sample: temperature 1.0 to 2.0",
            "order: runs after sample",
            "pack: runs after sample, order",
            "verify: runs after sample, order, pack",
            "advise: runs after order",
            "report: runs after sample, order, pack, verify, advise");
  }

  @Test
  @Order(4)
  void anotherTemperatureReusesTheRatings() throws IOException, InterruptedException {
    Program.Finished run = gradus("run", "--set", "sample.temperature=2.0");
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).containsPattern("rate .*\\[reused\\]");
    assertThat(run.output()).doesNotContainPattern("sample .*\\[reused\\]");
  }

  @Test
  @Order(5)
  void statusShowsEveryStage() throws IOException, InterruptedException {
    Program.Finished status = gradus("status");
    assertThat(status.output())
        .contains("Pipeline generated in", "ingest", "report.html")
        .doesNotContain("not yet", "failed");
  }

  @Test
  @Order(6)
  void verifyTellsWhatATrainersRanksRead() throws IOException, InterruptedException {
    Program.Finished fits = verifyAs("hf-streaming", "2", "--workers", "2", "--micro-batch", "2");
    assertThat(fits.exitCode()).as(fits.output()).isZero();
    assertThat(fits.output())
        .contains("as 1 x 2 ranks, 2 workers, micro-batch 2, 1 accumulated")
        .containsPattern("coverage +\\d+ +0")
        .containsPattern("inversions +\\d+ +0");
    Program.Finished other =
        verifyAs(
            "mosaicml-streaming", "2", "--micro-batch", "2", "--with", "num_canonical_nodes=1");
    assertThat(other.exitCode()).as(other.output()).isEqualTo(2);
    assertThat(other.output())
        .containsPattern("inversions +\\d+ +[1-9]")
        .contains("verify: this run would not read the curriculum as it is: ")
        .contains("What mends it: set num_canonical_nodes=2, which the layout is for")
        .doesNotContain("\tat ");
    Program.Finished missing = verifyAs("nanotron", "2");
    assertThat(missing.exitCode()).as(missing.output()).isEqualTo(2);
    assertThat(missing.output())
        .contains("gradus: --as: nanotron reads the format datatrove, but there are only ")
        .contains("Add datatrove to pack.formats.")
        .doesNotContain("\tat ");
  }

  private static Program.Finished verifyAs(String trainer, String ranks, String... more)
      throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(List.of("--as", trainer, "--ranks", ranks));
    options.addAll(List.of(more));
    return gradus("verify", options.toArray(String[]::new));
  }

  @Test
  @Order(7)
  void whatASweepPromisesIsWhatItsChosenConfigurationSelects()
      throws IOException, InterruptedException {
    Program.Finished sweep =
        gradus("sweep", "--set", "sample.tokens=60%", "--pick", "quality>=0.55,max=diversity");
    assertThat(sweep.exitCode()).as(sweep.output()).isZero();
    Matcher promised =
        Pattern.compile("Chosen: (\\S+) .*: ([0-9,]+) documents").matcher(sweep.output());
    assertThat(promised.find()).as(sweep.output()).isTrue();
    assertThat(sweep.output()).containsPattern("rate .*\\[reused\\]").contains("sweep.html");
    Path chosen = Path.of(promised.group(1));
    assertThat(chosen).isEqualTo(pipeline.resolveSibling("day-chosen.conf"));
    Program.Finished run = Program.run(folder, Map.of(), "run", chosen.toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output())
        .containsPattern("rate .*\\[reused\\]")
        .contains(promised.group(2) + " documents, ");
  }

  @Test
  @Order(8)
  void newInputRunsEverythingAgain() throws IOException, InterruptedException {
    Files.write(folder.resolve("input/part-99.jsonl"), GeneratedCorpus.lines(5, 99));
    assertThat(gradus("explain").output())
        .startsWith("ingest: inputs changed\nrate: runs after ingest\n");
  }

  @Test
  @Order(9)
  void aFailedRunIsToldUntilOneSucceeds() throws IOException, InterruptedException {
    Program.Finished failed = gradus("sample", "--set", "sample.tokens=1T");
    assertThat(failed.exitCode()).as(failed.output()).isEqualTo(2);
    assertThat(failed.output())
        .contains("gradus: sample.tokens: the budget is 1,000,000,000,000 tokens (1T), but")
        .doesNotContain("\tat ");
    assertThat(gradus("status").output()).contains("The last run failed in sample: sample.tokens:");
    assertThat(gradus("rate").output()).startsWith("Nothing to do");
    assertThat(gradus("status").output()).doesNotContain("failed");
  }

  @Test
  @Order(10)
  void statusTellsWhereShardsAreWhenTheInputIsGone() throws IOException, InterruptedException {
    try (java.util.stream.Stream<Path> files = Files.list(folder.resolve("input"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Program.Finished status = gradus("status");
    assertThat(status.exitCode()).isZero();
    assertThat(status.output())
        .startsWith("Cannot tell what belongs to this configuration: ingest.inputs[0].path")
        .contains("Shards: ", "report.html");
  }

  private static Program.Finished gradus(String command, String... more)
      throws IOException, InterruptedException {
    String[] arguments = new String[more.length + 2];
    arguments[0] = command;
    arguments[1] = pipeline.toString();
    System.arraycopy(more, 0, arguments, 2, more.length);
    return Program.run(folder, Map.of(), arguments);
  }
}
