package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of ratings and shards when an executor of a real cluster dies or falls behind. */
class ExecutorKillTest {
  private static final List<String> SPECULATION =
      List.of(
          // So long that the other executor is not given up for lost.
          "spark.network.timeout=1h",
          "spark.speculation=true",
          "spark.speculation.interval=100ms",
          "spark.speculation.quantile=0.1",
          "spark.speculation.multiplier=1.5",
          "spark.speculation.minTaskRuntime=100ms");
  private static final int BUCKETS = 16;

  @TempDir static Path folder;
  private static StandaloneCluster cluster;
  private static Path input;
  private static Map<String, String> expected;
  private static Map<String, String> expectedShards;
  private Process driver;

  @BeforeAll
  static void packUndisturbed() throws IOException, InterruptedException {
    input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(250, 17), 2);
    Path workspace = folder.resolve("undisturbed");
    Path pipeline = GeneratedCorpus.pipeline(folder.resolve("a.conf"), input, workspace);
    Program.Finished run = Program.run(folder, Map.of(), "pack", pipeline.toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    expected = Outputs.of(workspace, "rate", "table");
    assertThat(expected).hasSize(BUCKETS);
    expectedShards = Outputs.shards(workspace);
    cluster = StandaloneCluster.start(folder.resolve("cluster"), "0", "1");
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @AfterEach
  void stopDriver() {
    if (driver != null) {
      driver.destroyForcibly();
    }
  }

  @Test
  void aKilledExecutorCostsNothingButWhatItWasRating() throws IOException, InterruptedException {
    Path workspace = folder.resolve("killed");
    Path output = folder.resolve("killed.txt");
    driver = rate(output, workspace, List.of());
    awaitMiddle(workspace, output);

    ProcessHandle killed = cluster.executors().get(0);
    killed.destroyForcibly();
    Map<String, String> finished = RaterFiles.finished(workspace);

    Program.Finished run = Program.finish(driver, output);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(finished).hasSizeLessThan(BUCKETS);
    assertThat(RaterFiles.finished(workspace)).hasSize(BUCKETS).containsAllEntriesOf(finished);
    assertThat(Outputs.of(workspace, "rate", "table")).isEqualTo(expected);
  }

  @Test
  void aSpeculativeCopyAndItsOriginalCommitABucketOnce() throws IOException, InterruptedException {
    Path workspace = folder.resolve("speculative");
    Path output = folder.resolve("speculative.txt");
    driver = rate(output, workspace, SPECULATION);
    awaitMiddle(workspace, output);

    // One executor stands still in the middle of a bucket until the other one has rated it too.
    ProcessHandle slow = cluster.executors().get(0);
    signal("STOP", slow);
    List<String> begun = RaterFiles.begun(workspace);
    StandaloneCluster.await(
        "speculative copies of " + begun + " in " + output,
        () -> RaterFiles.finished(workspace).keySet().containsAll(begun));
    Map<String, String> finished = RaterFiles.finished(workspace);
    signal("CONT", slow);

    Program.Finished run = Program.finish(driver, output);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(begun).isNotEmpty();
    assertThat(RaterFiles.finished(workspace)).hasSize(BUCKETS).containsAllEntriesOf(finished);
    assertThat(Outputs.of(workspace, "rate", "table")).isEqualTo(expected);
  }

  @Test
  void aKilledExecutorChangesNoShard() throws IOException, InterruptedException {
    Path workspace = folder.resolve("killed-while-packing");
    Path output = folder.resolve("killed-while-packing.txt");
    driver = pack(output, workspace, List.of());
    awaitShards(workspace, output);
    cluster.executors().get(0).destroyForcibly();
    Map<String, String> finished = PackFiles.finished(workspace);

    Program.Finished run = Program.finish(driver, output);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(PackFiles.identities(workspace, finished.keySet())).isEqualTo(finished);
    assertThat(Outputs.shards(workspace))
        .hasSizeGreaterThan(2 * finished.size())
        .isEqualTo(expectedShards);
  }

  @Test
  void speculativeCopiesAndTheirOriginalsWriteTheSameShards()
      throws IOException, InterruptedException {
    Path workspace = folder.resolve("speculative-packing");
    Path output = folder.resolve("speculative-packing.txt");
    Path events = Files.createDirectories(folder.resolve("events"));
    List<String> settings = new ArrayList<>(SPECULATION);
    settings.add("spark.eventLog.enabled=true");
    settings.add("spark.eventLog.compress=false");
    settings.add("spark.eventLog.rolling.enabled=false");
    settings.add("spark.eventLog.dir=" + events.toUri());
    driver = pack(output, workspace, settings);
    awaitShards(workspace, output);

    // One executor stumbles, so that its tasks are copied while they go on.
    ProcessHandle slow = cluster.executors().get(0);
    for (int stop = 0; driver.isAlive() && slow.isAlive(); stop++) {
      signal(stop % 2 == 0 ? "STOP" : "CONT", slow);
      Thread.sleep(400);
    }

    Program.Finished run = Program.finish(driver, output);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(Outputs.shards(workspace)).isEqualTo(expectedShards);
    assertThat(FileUtils.listFiles(events.toFile(), null, false))
        .singleElement()
        .satisfies(
            log ->
                assertThat(startedTasks(log.toPath()))
                    .anyMatch(task -> task.contains("\"Speculative\":true")));
  }

  private static List<String> startedTasks(Path events) throws IOException {
    return Files.readAllLines(events).stream()
        .filter(event -> event.contains("SparkListenerTaskStart"))
        .toList();
  }

  /** Packs the order of the undisturbed run. */
  private static Process pack(Path output, Path workspace, List<String> settings)
      throws IOException {
    PackFiles.copyInputs(folder.resolve("undisturbed"), workspace);
    return submit(output, workspace, settings, "pack");
  }

  /** Waits until some shards are finished but not all. */
  private void awaitShards(Path workspace, Path output) throws IOException {
    StandaloneCluster.await(
        "finished shards, see " + output,
        () -> !driver.isAlive() || PackFiles.finishedShards(workspace) >= 3);
    assertThat(driver.isAlive()).as(Files.readString(output)).isTrue();
  }

  /** Starts rating the documents that the undisturbed run has ingested. */
  private static Process rate(Path output, Path workspace, List<String> settings)
      throws IOException {
    FileUtils.copyDirectory(
        folder.resolve("undisturbed/ingest").toFile(), workspace.resolve("ingest").toFile());
    return submit(output, workspace, settings, "rate");
  }

  private static Process submit(Path output, Path workspace, List<String> settings, String command)
      throws IOException {
    Path pipeline =
        GeneratedCorpus.pipeline(
            folder.resolve(workspace.getFileName() + ".conf"), input, workspace);
    List<String> spark = new ArrayList<>(List.of("--master", cluster.url()));
    spark.addAll(List.of("--executor-memory", "512m"));
    settings.forEach(setting -> spark.addAll(List.of("--conf", setting)));
    return Program.submit(output, spark, command, pipeline.toString());
  }

  /** Waits until both executors rate, and some buckets are finished but not all. */
  private void awaitMiddle(Path workspace, Path output) throws IOException {
    StandaloneCluster.await(
        "finished buckets, see " + output,
        () ->
            !driver.isAlive()
                || (RaterFiles.finished(workspace).size() >= 3
                    && RaterFiles.begun(workspace).size() >= 2));
    assertThat(driver.isAlive()).as(Files.readString(output)).isTrue();
  }

  private static void signal(String name, ProcessHandle process)
      throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
