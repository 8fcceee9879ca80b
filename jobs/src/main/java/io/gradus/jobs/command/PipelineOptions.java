package io.gradus.jobs.command;

import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.pipeline.PipelineConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments that every command on a pipeline takes. */
final class PipelineOptions {
  @Parameters(paramLabel = "FILE", description = "The pipeline's configuration.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "path=value",
      description = "Overrides a value of the file, as in --set sample.temperature=2.0.")
  private List<String> settings = new ArrayList<>();

  Path file() {
    return file;
  }

  List<String> settings() {
    return List.copyOf(settings);
  }

  PipelineConfig configuration() {
    return PipelineConfig.read(file, settings);
  }

  Pipeline pipeline() {
    return Pipeline.of(configuration(), SparkSessions.hadoop());
  }
}
