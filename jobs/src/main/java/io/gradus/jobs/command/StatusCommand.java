package io.gradus.jobs.command;

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
    options.pipeline().status().forEach(System.out::println);
  }
}
