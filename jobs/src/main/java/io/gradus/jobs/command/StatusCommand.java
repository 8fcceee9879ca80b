package io.gradus.jobs.command;

import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.pipeline.PipelineConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "status",
    description = "Shows what is finished, and where shards, plan and report lie.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Runnable {
  @Mixin private PipelineOptions options;

  @Override
  public void run() {
    PipelineConfig config = options.configuration();
    Pipeline.status(config, SparkSessions.hadoop()).forEach(System.out::println);
  }
}
