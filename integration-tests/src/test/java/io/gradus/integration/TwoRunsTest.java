package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes and one workspace. */
class TwoRunsTest {
  @TempDir Path folder;
  private Process first;

  @AfterEach
  void stopTheFirst() {
    if (first != null) {
      first.destroyForcibly();
    }
  }

  @Test
  void theSecondIsRefusedUntilTheFirstIsGoneAndThenGoesOn()
      throws IOException, InterruptedException {
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(4_000, 5), 2);
    Path workspace = folder.resolve("workspace");
    Path pipeline = GeneratedCorpus.pipeline(folder.resolve("a.conf"), input, workspace);
    Path output = folder.resolve("first.txt");
    first = Program.start(output, Map.of(), "rate", pipeline.toString());
    // The holder's file says where it is every few seconds.
    Path running = workspace.resolve("running/000001.json");
    StandaloneCluster.await(
        "rate and its pace, see " + output,
        () ->
            !first.isAlive()
                || (RaterFiles.finished(workspace).size() >= 2
                    && read(running).contains("\"stage\" : \"rate\"")
                    && read(running).contains("tokensPerSecond")));
    assertThat(first.isAlive()).as(Files.readString(output)).isTrue();

    Program.Finished status = gradus("status", pipeline);
    Program.Finished second = gradus("run", pipeline);
    first.destroyForcibly().waitFor();
    Program.Finished afterwards = gradus("status", pipeline);
    // Raters without a model, so that it does not take as long.
    Program.Finished third =
        gradus("rate", pipeline, "--set", "rate.raters=[{ kind = statistics }]");

    String holder = "process " + first.pid() + " of " + System.getProperty("user.name") + " on ";
    assertThat(status.exitCode()).isZero();
    assertThat(status.output())
        .containsPattern("rate +running: +\\d+ %  [0-9,]+ tokens/s  \\S.* left")
        .contains("Running: " + holder)
        .contains("last sign of life");
    assertThat(second.exitCode()).as(second.output()).isEqualTo(2);
    assertThat(second.output())
        .startsWith("gradus: pipeline.workspace: another run works in file:" + workspace)
        .contains(holder)
        .contains(", in stage 'rate', last sign of life")
        .doesNotContain("\tat ");
    assertThat(afterwards.output()).contains("A run has ended without a word in rate: " + holder);
    assertThat(third.exitCode()).as(third.output()).isZero();
    assertThat(third.output()).contains("The run of " + holder, "; going on from there.");
    assertThat(workspace.resolve("running")).isEmptyDirectory();
    assertThat(workspace.resolve("failure.json")).doesNotExist();
  }

  private Program.Finished gradus(String command, Path pipeline, String... more)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(command, pipeline.toString()));
    arguments.addAll(List.of(more));
    return Program.run(folder, Map.of(), arguments.toArray(String[]::new));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
