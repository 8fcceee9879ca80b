package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} at random moments, each followed by the same command. How many moments, and the
 * seed of their choice, are set by {@code -Dgradus.kill.moments} and {@code -Dgradus.kill.seed}.
 */
class KillTest {
  private static final int MOMENTS = Integer.getInteger("gradus.kill.moments", 4);
  private static final long SEED = Long.getLong("gradus.kill.seed", 1);

  @TempDir Path folder;

  @Test
  void ratingsAndShardsAreThoseOfAnUndisturbedRun() throws IOException, InterruptedException {
    List<String> lines = GeneratedCorpus.lines(150, 3);
    Path input = GeneratedCorpus.write(folder.resolve("input"), lines, 3);
    Path undisturbed = folder.resolve("undisturbed");
    long began = System.nanoTime();
    Path pipeline = GeneratedCorpus.pipeline(folder.resolve("a.conf"), input, undisturbed);
    Program.Finished run = Program.run(folder, Map.of(), "run", pipeline.toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    long wholeRun = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    Map<String, String> expected = outputs(undisturbed);

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

  private static Map<String, String> outputs(Path workspace) throws IOException {
    Map<String, String> outputs = new TreeMap<>(Outputs.shards(workspace));
    Outputs.of(workspace, "rate", "table")
        .forEach((file, digest) -> outputs.put("rate/" + file, digest));
    return outputs;
  }
}
