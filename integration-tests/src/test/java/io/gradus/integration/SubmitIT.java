package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code gradus submit} with the real spark-submit, where machines share a disk. {@code
 * -Dreaders=none} leaves these tests out.
 */
class SubmitIT {
  @TempDir static Path folder;
  private static Path sparkHome;
  private static Path input;
  private static Map<String, String> expected;

  @BeforeAll
  static void runLocally() throws IOException, InterruptedException {
    sparkHome = SparkDistribution.home();
    input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(60, 33), 2);
    Program.Finished run = Program.run(folder, Map.of(), "run", pipeline("local").toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    expected = Outputs.shards(folder.resolve("local"));
  }

  @Test
  void onLocalClusterShardsAreThoseOfALocalRun() throws IOException, InterruptedException {
    Program.Finished run =
        gradus("submit", "local-cluster", profile("local-cluster[2,1,1024]").toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(Outputs.shards(folder.resolve("local-cluster"))).isEqualTo(expected);
  }

  @Test
  void onAStandaloneClusterThePrintedCommandDoesTheSame() throws IOException, InterruptedException {
    try (StandaloneCluster cluster = StandaloneCluster.start(folder.resolve("cluster"), "0", "1")) {
      String profile = profile(cluster.url()).toString();
      Program.Finished printed = gradus("submit", "standalone", profile, "--dry-run");
      assertThat(printed.exitCode()).as(printed.output()).isZero();
      assertThat(printed.output()).startsWith(sparkHome + "/bin/spark-submit \\\n  --master spark");
      assertThat(folder.resolve("standalone")).doesNotExist();

      Path output = folder.resolve("pasted.txt");
      ProcessBuilder shell =
          new ProcessBuilder("bash", "-c", printed.output())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      Program.Finished run = Program.finish(shell.start(), output);
      assertThat(run.exitCode()).as(run.output()).isZero();
      assertThat(Outputs.shards(folder.resolve("standalone"))).isEqualTo(expected);
    }
  }

  @Test
  void whatOtherMachinesDoNotSeeIsNamed() throws IOException, InterruptedException {
    Program.Finished run = gradus("submit", "unseen", "yarn-cpu");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.output())
        .startsWith("gradus: The machines of yarn do not see this machine's disk, but there are\n")
        .contains("  - ingest.inputs[0].path: '" + input + "/*.jsonl'\n")
        .contains("  - pipeline.workspace: '" + folder.resolve("unseen") + "'\n")
        .contains("Give URIs of a file system that all of them reach (hdfs://, s3a://)")
        .doesNotContain("\tat ");
  }

  @Test
  void explainSizesACluster() throws IOException, InterruptedException {
    Program.Finished run = gradus("explain", "local", "yarn-cpu", "--tokens", "260B");
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output())
        .startsWith("On yarn-cpu: 16 executors of 8 cores\n")
        .containsPattern("(?m)^  ingest +260B +([0-9.]+|unknown) +128 cores +\\d+ GB +[0-9.]+ TB")
        .containsPattern("(?m)^  pack +130B +([0-9.]+|unknown) +128 cores +260 GB ")
        .containsPattern("(?m)^  rate +260B ")
        .contains("hours = tokens / (tokens/s of one device x devices) / 3600")
        .containsPattern("(?m)^  Memory of an executor, heap: .*; the profile has 12.0 GiB\\.$");
  }

  private static Path pipeline(String name) {
    return GeneratedCorpus.pipeline(folder.resolve(name + ".conf"), input, folder.resolve(name));
  }

  /** Small, and on this machine's disk. */
  private static Path profile(String master) throws IOException {
    return Files.writeString(
        folder.resolve("profile.conf"),
        """
        master = "%s"
        deploy-mode = client
        shared = [ "%s" ]
        conf {
          "spark.executor.memory" = 512m
          "spark.ui.enabled" = false
          "spark.sql.shuffle.partitions" = 4
          "spark.driver.extraJavaOptions" = "-XX:TieredStopAtLevel=1"
          "spark.executor.extraJavaOptions" = "-XX:TieredStopAtLevel=1"
        }
        """
            .formatted(master, folder));
  }

  private static Program.Finished gradus(
      String command, String pipeline, String profile, String... more)
      throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>();
    environment.put("SPARK_HOME", sparkHome.toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("GRADUS_MEMORY", "256m");
    List<String> arguments =
        new ArrayList<>(List.of(command, pipeline(pipeline).toString(), "--cluster", profile));
    arguments.addAll(List.of(more));
    return Program.run(folder, environment, arguments.toArray(String[]::new));
  }
}
