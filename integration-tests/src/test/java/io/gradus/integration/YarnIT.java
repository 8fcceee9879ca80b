package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code gradus submit} with the real spark-submit on real YARN and HDFS. {@code -Dreaders=none}
 * leaves these tests out.
 */
class YarnIT {
  private static final int BUCKETS = 16;

  @TempDir static Path folder;
  private static HadoopCluster cluster;
  private static FileSystem hdfs;
  private static Path sparkHome;
  private static Map<String, String> expected;
  private Process submit;

  @BeforeAll
  static void startClusterAndRunLocally() throws IOException, InterruptedException {
    sparkHome = SparkDistribution.home();
    cluster = HadoopCluster.start(folder.resolve("hadoop"));
    hdfs = cluster.hdfs();
    hdfs.mkdirs(path("/spark-history"));

    // A bundle that lies on this machine alone.
    FileUtils.copyDirectory(
        Program.root().resolve("jobs/target/classes/io/gradus/raters/builtin").toFile(),
        folder.resolve("bundle").toFile());
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(150, 9), 2);
    hdfs.copyFromLocalFile(path(input.toString()), path("/input"));
    Path workspace = folder.resolve("local");
    Program.Finished run =
        Program.run(
            folder, Map.of(), "run", pipeline("local", workspace.toString(), input).toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    expected = Outputs.shards(workspace);
  }

  @AfterAll
  static void stopCluster() throws IOException {
    if (hdfs != null) {
      hdfs.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  @AfterEach
  void stopSubmit() {
    if (submit != null) {
      submit.destroyForcibly();
    }
  }

  @Test
  void inClusterModeShardsAreThoseOfALocalRunThoughExecutorsAreKilled()
      throws IOException, InterruptedException {
    Path output = folder.resolve("cluster.txt");
    Path pipeline = pipeline("cluster", "hdfs:///gradus/cluster", Path.of("/input"));
    submit = submit(output, "yarn-cpu", pipeline);
    await("ratings", output, () -> ratedBuckets("/gradus/cluster") >= 3);
    int rated = ratedBuckets("/gradus/cluster");
    killAnExecutor(output);
    await("pack", output, () -> hdfs.exists(path("/gradus/cluster/pack")));
    killAnExecutor(output);
    boolean packed = isFinished("/gradus/cluster/pack");

    Program.Finished run = Program.finish(submit, output);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(rated).as("buckets rated when the first executor was killed").isLessThan(BUCKETS);
    assertThat(packed).as("packed when the second executor was killed").isFalse();
    assertThat(run.output()).containsPattern("(?m)^Shards: hdfs://.*/gradus/cluster/pack/");
    assertThat(shards("/gradus/cluster")).isEqualTo(expected);

    // Models and configuration went through the workspace.
    assertThat(hdfs.listStatus(path("/gradus/cluster/rate/bundles"))).hasSize(1);
    List<String> events = events();
    assertThat(events).filteredOn(event -> is(event, "ExecutorRemoved")).hasSizeGreaterThan(1);
    assertThat(events)
        .filteredOn(event -> is(event, "JobStart"))
        .isNotEmpty()
        .allMatch(event -> event.contains("\"spark.jobGroup.id\":\"gradus-"));

    Program.Finished status = gradus("status", pipeline.toString());
    assertThat(status.output())
        .containsPattern("verify +all checks passed")
        .doesNotContain("not yet", "Running", "failed");
    Program.Finished again = Program.finish(submit(output, "yarn-cpu", pipeline), output);
    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(again.output())
        .startsWith("Nothing to do: every stage is finished")
        .containsPattern("(?m)^Shards: ");
  }

  @Test
  void inClientModeShardsAreThoseOfALocalRun() throws IOException, InterruptedException {
    Path output = folder.resolve("client.txt");
    submit =
        submit(
            output,
            clientProfile().toString(),
            pipeline("client", "hdfs:///gradus/client", Path.of("/input")));
    Program.Finished run = Program.finish(submit, output);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("all checks passed");
    assertThat(shards("/gradus/client")).isEqualTo(expected);
  }

  @Test
  void aFailureIsToldByCodeDiagnosticsFileStatusAndSubmit()
      throws IOException, InterruptedException {
    try (var out = hdfs.create(path("/broken/a.jsonl"))) {
      out.write(
          "{\"site\": \"a\", \"text\": \"one\"}\n{\"text\": \n".getBytes(StandardCharsets.UTF_8));
    }
    String message = "ingest: 1 of 2 records are bad (50.00 %), more than ingest.max-bad-records";
    for (String profile : List.of("yarn-cpu", clientProfile().toString())) {
      String mode = profile.equals("yarn-cpu") ? "cluster" : "client";
      String workspace = "/gradus/broken-" + mode;
      Path pipeline = pipeline("broken-" + mode, "hdfs://" + workspace, Path.of("/broken"));
      Path output = folder.resolve("broken-" + mode + ".txt");
      submit = submit(output, profile, pipeline);
      Program.Finished run = Program.finish(submit, output);

      assertThat(run.exitCode()).as(run.output()).isEqualTo(3);
      assertThat(run.output()).containsPattern("(?m)^gradus: " + Pattern.quote(message));
      if (mode.equals("cluster")) {
        assertThat(run.output())
            .contains(
                "User class threw exception: io.gradus.jobs.command.FailedRun: exit code 3: "
                    + message);
      } else {
        assertThat(run.output()).doesNotContain("\tat io.gradus");
      }
      String failure =
          new String(
              hdfs.open(path(workspace + "/failure.json")).readAllBytes(), StandardCharsets.UTF_8);
      assertThat(failure).contains("\"exitCode\" : 3", "\"stage\" : \"ingest\"", message);
      assertThat(gradus("status", pipeline.toString()).output())
          .contains("The last run failed in ingest: " + message);
    }
  }

  /** The file of a pipeline whose bundle is a folder beside it. */
  private static Path pipeline(String name, String workspace, Path input) throws IOException {
    String text =
        """
        pipeline { name = yarn, workspace = "%s", seed = 7 }
        ingest { inputs = [ { path = "%s/*.jsonl", source-field = site } ], tokenizer = gpt2
                 buckets = %d }
        rate { raters = [ { bundle = "bundle" } ] }
        sample { method = temperature, temperature = 1.0, tokens = 50%%, quotas = proportional }
        pack { formats = [ mds, megatron, parquet ], sequence-length = 128, shard-tokens = 4096 }
        advise { parameters = 10M, batch-tokens = 1024, peak-learning-rate = 1e-3 }
        """
            .formatted(workspace, input, BUCKETS);
    return Files.writeString(folder.resolve(name + ".conf"), text);
  }

  /** The shipped profile, the driver beside spark-submit. */
  private static Path clientProfile() throws IOException {
    return Files.writeString(
        folder.resolve("yarn-client.conf"),
        """
        include file("%s")
        deploy-mode = client
        """
            .formatted(Program.root().resolve("conf/clusters/yarn-cpu.conf")));
  }

  /** Starts a submission, made small for two node managers of 4 GiB on this machine. */
  private static Process submit(Path output, String profile, Path pipeline) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("submit", pipeline.toString()));
    arguments.addAll(List.of("--cluster", profile));
    Map<String, String> settings =
        Map.ofEntries(
            Map.entry("spark.executor.instances", "2"),
            Map.entry("spark.executor.cores", "1"),
            Map.entry("spark.executor.memory", "512m"),
            Map.entry("spark.executor.memoryOverhead", "512m"),
            Map.entry("spark.driver.memory", "600m"),
            Map.entry("spark.sql.shuffle.partitions", "4"),
            Map.entry("spark.yarn.jars", "local:" + sparkHome + "/jars/*"),
            Map.entry("spark.yarn.report.interval", "500"),
            Map.entry("spark.eventLog.compress", "false"),
            Map.entry("spark.ui.enabled", "false"),
            Map.entry("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1"),
            Map.entry("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1"));
    settings.forEach((key, value) -> arguments.addAll(List.of("--conf", key + "=" + value)));
    return Program.start(output, environment(), arguments.toArray(String[]::new));
  }

  private static Program.Finished gradus(String... arguments)
      throws IOException, InterruptedException {
    return Program.run(folder, environment(), arguments);
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("SPARK_HOME", sparkHome.toString());
    environment.put("HADOOP_CONF_DIR", cluster.configuration().toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("GRADUS_MEMORY", "256m");
    return environment;
  }

  private void killAnExecutor(Path output) throws IOException {
    await("an executor", output, () -> !cluster.executors().isEmpty());
    cluster.executors().get(0).destroyForcibly();
  }

  /** A condition that asks HDFS. */
  private interface Condition {
    boolean holds() throws IOException;
  }

  private void await(String what, Path output, Condition condition) throws IOException {
    StandaloneCluster.await(
        what + ", see " + output,
        () -> {
          try {
            return condition.holds() || !submit.isAlive();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    assertThat(submit.isAlive()).as(Files.readString(output)).isTrue();
  }

  private static int ratedBuckets(String workspace) throws IOException {
    int rated = 0;
    try {
      for (FileStatus rater : hdfs.listStatus(path(workspace + "/rate/raters"))) {
        for (FileStatus file : hdfs.listStatus(rater.getPath())) {
          rated += file.getPath().getName().matches("bucket-.*parquet") ? 1 : 0;
        }
      }
    } catch (FileNotFoundException notYet) {
      return rated;
    }
    return rated;
  }

  private static boolean isFinished(String stage) throws IOException {
    for (FileStatus output : hdfs.listStatus(path(stage))) {
      if (hdfs.exists(new org.apache.hadoop.fs.Path(output.getPath(), "manifest.json"))) {
        return true;
      }
    }
    return false;
  }

  private static Map<String, String> shards(String workspace) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("copies" + workspace));
    hdfs.copyToLocalFile(path(workspace + "/pack"), path(copy.toString()));
    return Outputs.shards(copy);
  }

  /** Of all applications so far; rolled logs are folders of files. */
  private static List<String> events() throws IOException {
    List<String> events = new ArrayList<>();
    var files = hdfs.listFiles(path("/spark-history"), true);
    while (files.hasNext()) {
      FileStatus file = files.next();
      if (file.getPath().getName().startsWith("events_")) {
        try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(hdfs.open(file.getPath()), StandardCharsets.UTF_8))) {
          lines.lines().forEach(events::add);
        }
      }
    }
    return events;
  }

  private static boolean is(String event, String kind) {
    return event.contains("\"Event\":\"SparkListener" + kind + "\"");
  }

  private static org.apache.hadoop.fs.Path path(String path) {
    return new org.apache.hadoop.fs.Path(path);
  }
}
