package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
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
    cluster = StandaloneCluster.startWithShuffleService(folder.resolve("cluster"), "0", "1");
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
  void aSpeculativeCopyOfAShardIsTheShardThatItsOriginalWasWriting()
      throws IOException, InterruptedException {
    Path workspace = folder.resolve("speculative-packing");
    Path output = folder.resolve("speculative-packing.txt");
    Path events = Files.createDirectories(folder.resolve("events"));
    List<String> settings = new ArrayList<>(SPECULATION);
    settings.add("spark.locality.wait=0s");
    settings.add("spark.eventLog.enabled=true");
    settings.add("spark.eventLog.compress=false");
    settings.add("spark.eventLog.rolling.enabled=false");
    settings.add("spark.eventLog.dir=" + events.toUri());
    // Else the copy would wait for pieces that the stopped executor holds.
    settings.addAll(cluster.shuffleService());
    driver = pack(output, workspace, settings);
    awaitShards(workspace, output);

    // One executor stands still in the middle of a shard until the stage has ended without it.
    ProcessHandle slow = stopWithinShard(workspace, output);
    Set<Path> original = PackFiles.underWay(workspace, slow);
    await("a copy of the stopped shard", output, () -> PackFiles.areListed(workspace));
    // The other one holds up the end of the run while the original goes on to its own.
    ProcessHandle quick = otherThan(slow);
    signal("STOP", quick);
    assertThat(PackFiles.underWay(workspace, slow)).isNotEmpty().isEqualTo(original);
    signal("CONT", slow);
    await(
        "the original's end",
        output,
        () -> Collections.disjoint(PackFiles.underWay(workspace, slow), original));
    signal("CONT", quick);

    Program.Finished run = Program.finish(driver, output);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(Outputs.shards(workspace)).isEqualTo(expectedShards);
    assertACopyWasQuickerThanItsOriginal(
        TaskAttempt.of("io.gradus.jobs.pack.PackJob.writeShards", onlyFile(events)));
  }

  /** Of at least one task a copy was begun after the original, and succeeded before that ended. */
  private static void assertACopyWasQuickerThanItsOriginal(List<TaskAttempt> attempts) {
    assertThat(attempts)
        .filteredOn(TaskAttempt::speculative)
        .anySatisfy(
            copy -> {
              assertThat(copy.end()).isEqualTo("Success");
              assertThat(attempts)
                  .filteredOn(attempt -> attempt.partition() == copy.partition())
                  .anySatisfy(
                      original -> {
                        assertThat(original.speculative()).isFalse();
                        assertThat(original.launchTime()).isLessThan(copy.launchTime());
                        assertThat(original.finishTime()).isGreaterThan(copy.finishTime());
                      });
            });
  }

  private static Path onlyFile(Path folder) {
    Collection<File> files = FileUtils.listFiles(folder.toFile(), null, false);
    assertThat(files).hasSize(1);
    return files.iterator().next().toPath();
  }

  /**
   * Stops an executor that writes a shard. It has more than one file of it open, so this is no
   * marker of a shard that is complete.
   */
  private ProcessHandle stopWithinShard(Path workspace, Path output)
      throws IOException, InterruptedException {
    while (driver.isAlive()) {
      for (ProcessHandle executor : cluster.executors()) {
        signal("STOP", executor);
        // Until all its threads have.
        Thread.sleep(50);
        if (PackFiles.underWay(workspace, executor).size() > 1) {
          return executor;
        }
        signal("CONT", executor);
      }
    }
    throw new AssertionError("No shard was under way: " + Files.readString(output));
  }

  private static ProcessHandle otherThan(ProcessHandle executor) {
    List<ProcessHandle> others = new ArrayList<>(cluster.executors());
    assertThat(others).hasSize(2).contains(executor);
    others.remove(executor);
    return others.get(0);
  }

  /** Packs the order of the undisturbed run. */
  private static Process pack(Path output, Path workspace, List<String> settings)
      throws IOException {
    PackFiles.copyInputs(folder.resolve("undisturbed"), workspace);
    return submit(output, workspace, settings, "pack");
  }

  /** Waits until some shards are finished but not all. */
  private void awaitShards(Path workspace, Path output) throws IOException {
    await("finished shards", output, () -> PackFiles.finishedShards(workspace) >= 3);
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
    await(
        "finished buckets",
        output,
        () ->
            RaterFiles.finished(workspace).size() >= 3 && RaterFiles.begun(workspace).size() >= 2);
  }

  /** Waits until something holds while the driver runs. */
  private void await(String what, Path output, BooleanSupplier condition) throws IOException {
    StandaloneCluster.await(
        what + ", see " + output, () -> !driver.isAlive() || condition.getAsBoolean());
    assertThat(driver.isAlive()).as(Files.readString(output)).isTrue();
  }

  private static void signal(String name, ProcessHandle process)
      throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
