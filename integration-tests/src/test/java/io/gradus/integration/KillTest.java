package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} at random moments and in the middle of rating and packing, each followed by the
 * same command. How many random moments, and the seed of their choice, are set by {@code
 * -Dgradus.kill.moments} and {@code -Dgradus.kill.seed}.
 */
class KillTest {
  private static final int MOMENTS = Integer.getInteger("gradus.kill.moments", 4);
  private static final long SEED = Long.getLong("gradus.kill.seed", 1);

  @TempDir static Path folder;
  private static Path input;
  private static Map<String, String> expected;
  private static long wholeRun;

  @BeforeAll
  static void runUndisturbed() throws IOException, InterruptedException {
    input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(150, 3), 3);
    Path undisturbed = folder.resolve("undisturbed");
    long began = System.nanoTime();
    Path pipeline = GeneratedCorpus.pipeline(folder.resolve("a.conf"), input, undisturbed);
    Program.Finished run = Program.run(folder, Map.of(), "run", pipeline.toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    wholeRun = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    expected = outputs(undisturbed);
  }

  @Test
  void ratingsAndShardsAreThoseOfAnUndisturbedRun() throws IOException, InterruptedException {
    Random random = new Random(SEED);
    int killed = 0;
    for (int round = 0; killed < MOMENTS; round++) {
      Path workspace = folder.resolve("killed-" + round);
      Path again = GeneratedCorpus.pipeline(folder.resolve("b.conf"), input, workspace);
      Path output = folder.resolve("output-" + round);
      // A workspace that is killed again and again is carried on until a run gets through.
      boolean finished = false;
      while (!finished) {
        Process process = Program.start(output, Map.of(), "run", again.toString());
        long moment = killed < MOMENTS ? random.nextLong(wholeRun) : Long.MAX_VALUE;
        finished = process.waitFor(moment, TimeUnit.MILLISECONDS);
        if (finished) {
          assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        } else {
          process.destroyForcibly().waitFor();
          killed++;
        }
      }
      assertThat(outputs(workspace)).isEqualTo(expected);
    }
    assertThat(killed).isEqualTo(MOMENTS);
  }

  @Test
  void bucketsThatWereRatedBeforeAKillAreNotRatedAgain() throws IOException, InterruptedException {
    Path workspace = folder.resolve("killed-while-rating");
    Path pipeline = GeneratedCorpus.pipeline(folder.resolve("c.conf"), input, workspace);
    Path output = folder.resolve("killed-while-rating.txt");
    Process process = Program.start(output, Map.of(), "rate", pipeline.toString());
    StandaloneCluster.await(
        "finished buckets, see " + output,
        () -> !process.isAlive() || RaterFiles.finished(workspace).size() >= 3);
    process.destroyForcibly().waitFor();
    Map<String, String> finished = RaterFiles.finished(workspace);
    assertThat(finished).as(Files.readString(output)).hasSizeBetween(3, 15);

    Program.Finished again = Program.run(folder, Map.of(), "rate", pipeline.toString());

    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(RaterFiles.finished(workspace)).hasSize(16).containsAllEntriesOf(finished);
    assertThat(RaterFiles.begun(workspace)).isEmpty();
    JsonNode rater = Outputs.manifest(workspace, "rate").at("/result/raters/0");
    assertThat(rater.path("bucketsReused").asInt()).isEqualTo(finished.size());
    assertThat(rater.path("bucketsRated").asInt()).isEqualTo(16 - finished.size());
    Outputs.of(workspace, "rate", "table")
        .forEach((file, digest) -> assertThat(expected).containsEntry("rate/" + file, digest));
  }

  @Test
  void shardsThatWereFinishedBeforeAKillAreNotWrittenAgain()
      throws IOException, InterruptedException {
    Path workspace = folder.resolve("killed-while-packing");
    PackFiles.copyInputs(folder.resolve("undisturbed"), workspace);
    Path pipeline = GeneratedCorpus.pipeline(folder.resolve("d.conf"), input, workspace);
    Path output = folder.resolve("killed-while-packing.txt");
    Process process = Program.start(output, Map.of(), "pack", pipeline.toString());
    StandaloneCluster.await(
        "finished shards, see " + output,
        () -> !process.isAlive() || PackFiles.finishedShards(workspace) >= 3);
    process.destroyForcibly().waitFor();
    Map<String, String> finished = PackFiles.finished(workspace);
    assertThat(finished).as(Files.readString(output)).isNotEmpty();

    Program.Finished again = Program.run(folder, Map.of(), "pack", pipeline.toString());

    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(PackFiles.identities(workspace, finished.keySet())).isEqualTo(finished);
    assertThat(Outputs.shards(workspace))
        .hasSizeGreaterThan(2 * finished.size())
        .isEqualTo(Outputs.shards(folder.resolve("undisturbed")));
  }

  private static Map<String, String> outputs(Path workspace) throws IOException {
    Map<String, String> outputs = new TreeMap<>(Outputs.shards(workspace));
    Outputs.of(workspace, "rate", "table")
        .forEach((file, digest) -> outputs.put("rate/" + file, digest));
    return outputs;
  }
}
