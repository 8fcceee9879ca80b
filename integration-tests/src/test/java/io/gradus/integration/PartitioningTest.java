package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitioningTest {
  private static final List<String> LINES = GeneratedCorpus.lines(300, 5);

  @TempDir Path folder;

  @Test
  void coresFilesAndShufflePartitionsLeaveNoTrace() throws IOException, InterruptedException {
    Map<String, String> expected = run("one", 1, "local[1]", 1);
    assertThat(run("seven", 7, "local[4]", 3)).isEqualTo(expected);
    assertThat(run("sixty-four", 64, "local[2]", 50)).isEqualTo(expected);
  }

  private Map<String, String> run(String name, int files, String master, int shufflePartitions)
      throws IOException, InterruptedException {
    Path input = GeneratedCorpus.write(folder.resolve(name + "-input"), LINES, files);
    Path workspace = folder.resolve(name);
    Path pipeline = GeneratedCorpus.pipeline(folder.resolve(name + ".conf"), input, workspace);
    String options =
        "-Dspark.master=%s -Dspark.sql.shuffle.partitions=%d".formatted(master, shufflePartitions);
    Program.Finished run =
        Program.run(
            folder,
            Map.of("GRADUS_JAVA_OPTIONS", options),
            "run",
            pipeline.toString(),
            "--set",
            "topics.count=4",
            "--set",
            "sample.by=source-and-topic",
            "--set",
            "sample.validation=5%");
    assertThat(run.exitCode()).as(run.output()).isZero();
    Map<String, String> digests = new TreeMap<>(Outputs.shards(workspace));
    for (String stage : List.of("ingest", "topics", "rate", "calibrate", "sample", "order")) {
      Outputs.of(workspace, stage, "table")
          .forEach((file, digest) -> digests.put(stage + "/" + file, digest));
    }
    for (String beside : List.of("groups", "validation")) {
      Outputs.of(workspace, "sample", beside)
          .forEach((file, digest) -> digests.put(beside + "/" + file, digest));
    }
    digests.put("topics", Outputs.of(workspace, "topics", "").get("topics.json"));
    digests.put("profile", Outputs.of(workspace, "order", "").get("profile.json"));
    return digests;
  }
}
