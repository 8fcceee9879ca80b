package io.gradus.jobs.command;

import io.gradus.common.configuration.Credentials;
import io.gradus.common.job.UserMistake;
import io.gradus.jobs.pipeline.ConfigurationFile;
import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.pipeline.PipelineConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments that every command on a pipeline takes. */
final class PipelineOptions {
  @Parameters(
      paramLabel = "FILE",
      description = "The pipeline's configuration: a path, or a URI such as hdfs:///books.conf.")
  private String file;

  @Option(
      names = "--set",
      paramLabel = "path=value",
      description = "Overrides a value of the file, as in --set sample.temperature=2.0.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--relative-to",
      paramLabel = "FOLDER",
      description = "Where relative paths in FILE start (default: its own folder).")
  private String folder;

  String location() {
    return file;
  }

  /** The file, for what is written beside it. */
  Path file() {
    if (ConfigurationFile.isUri(file)) {
      throw new UserMistake(
          "'"
              + file
              + "' is not on this machine, where a file is to be written beside it. Copy it"
              + " here first.");
    }
    return Path.of(file);
  }

  List<String> settings() {
    return List.copyOf(settings);
  }

  ConfigurationFile file(Configuration hadoop) {
    ConfigurationFile read = ConfigurationFile.read(file, settings, hadoop);
    if (folder == null) {
      return read;
    }
    Credentials.refuse("--relative-to", folder);
    return read.relativeTo(folder);
  }

  PipelineConfig configuration() {
    return PipelineConfig.read(file(SparkSessions.hadoop()));
  }

  Pipeline pipeline() {
    return Pipeline.of(configuration(), SparkSessions.hadoop());
  }
}
