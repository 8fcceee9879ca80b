package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The assembly jar as a cluster runs it: by spark-submit, Spark and Hadoop on the class path. */
class SparkSubmitTest {
  @TempDir Path folder;

  @Test
  void theAssemblyRunsAStageAndTheWholePipelineByTheirMainClasses()
      throws IOException, InterruptedException {
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(60, 21), 2);
    Path pipeline =
        GeneratedCorpus.pipeline(folder.resolve("a.conf"), input, folder.resolve("workspace"));
    Program.Finished ingest = submit("IngestMain", pipeline);
    assertThat(ingest.exitCode()).as(ingest.output()).isZero();
    Program.Finished run = submit("PipelineMain", pipeline);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output())
        .containsPattern("ingest +60 documents.* \\[reused]")
        .contains("all checks passed", "Report:");
    Program.Finished sweep = submit("SweepMain", pipeline);
    assertThat(sweep.exitCode()).as(sweep.output()).isZero();
    assertThat(sweep.output())
        .containsPattern("calibrate .* \\[reused]")
        .containsPattern("(?m)^Sweep: +" + Pattern.quote(folder.toString()) + ".*/sweep\\.html$");
  }

  @Test
  void aUsersMistakeExitsWithTwo() throws IOException, InterruptedException {
    Program.Finished run = submit("PipelineMain", folder.resolve("none.conf"));
    assertThat(run.exitCode()).as(run.output()).isEqualTo(2);
    assertThat(run.output()).contains("gradus: No configuration file at '").doesNotContain("\tat ");
  }

  private Program.Finished submit(String main, Path pipeline)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    return Program.finish(
        Program.submitMain(output, main, List.of("--master", "local[2]"), pipeline.toString()),
        output);
  }
}
