package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The assembly jar as a cluster runs it: by spark-submit, Spark and Hadoop on the class path. */
class SparkSubmitTest {
  @TempDir Path folder;

  @Test
  void theAssemblyRunsTheWholePipeline() throws IOException, InterruptedException {
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(60, 21), 2);
    Path pipeline =
        GeneratedCorpus.pipeline(folder.resolve("a.conf"), input, folder.resolve("workspace"));
    Program.Finished run = submit("run", pipeline.toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("all checks passed", "Report:");
  }

  @Test
  void aUsersMistakeExitsWithTwo() throws IOException, InterruptedException {
    Program.Finished run = submit("run", folder.resolve("none.conf").toString());
    assertThat(run.exitCode()).as(run.output()).isEqualTo(2);
    assertThat(run.output()).contains("gradus: No configuration file at '").doesNotContain("\tat ");
  }

  private Program.Finished submit(String... arguments) throws IOException, InterruptedException {
    Path target = Program.root().resolve("jobs/target");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of(System.getProperty("spark.jvm.options").split(" ")));
    command.add("-Xmx1g");
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(List.of("--master", "local[2]", "--conf", "spark.ui.enabled=false"));
    command.addAll(List.of("--class", "io.gradus.jobs.command.Gradus"));
    try (Stream<Path> files = Files.list(target)) {
      command.add(
          files
              .filter(file -> file.getFileName().toString().endsWith("-assembly.jar"))
              .findFirst()
              .orElseThrow()
              .toString());
    }
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder
        .environment()
        .put("CLASSPATH", Files.readString(target.resolve("provided-class-path.txt")).strip());
    int exitCode = builder.start().waitFor();
    return new Program.Finished(exitCode, Files.readString(output));
  }
}
