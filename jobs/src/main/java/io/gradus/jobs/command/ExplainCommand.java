package io.gradus.jobs.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "explain",
    description = "Says what a run would do, and why; runs nothing.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Runnable {
  @Mixin private PipelineOptions options;

  @Override
  public void run() {
    options.pipeline().explain().forEach(System.out::println);
  }
}
