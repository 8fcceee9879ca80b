package io.gradus.jobs.command;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** Runs one stage, and before it those that it needs and that are not finished. */
@Command(mixinStandardHelpOptions = true)
final class StageCommand implements Runnable {
  private final String name;
  private final String description;
  @Mixin private PipelineOptions options;

  private StageCommand(String name, String description) {
    this.name = name;
    this.description = description;
  }

  static List<StageCommand> all() {
    return List.of(
        new StageCommand("ingest", "Reads raw text into the documents table."),
        new StageCommand("topics", "Finds topics and gives every document one."),
        new StageCommand("rate", "Rates every document with the configured raters."),
        new StageCommand("calibrate", "Measures the distribution of the ratings."),
        new StageCommand("sample", "Selects documents to a token budget."),
        new StageCommand("order", "Puts the selection into a curriculum."),
        new StageCommand("pack", "Writes the curriculum as training shards."),
        new StageCommand("advise", "Recommends schedule and checkpoint averaging."),
        new StageCommand("report", "Writes one HTML file about all of it."));
  }

  String name() {
    return name;
  }

  CommandSpec specification() {
    CommandSpec specification = CommandSpec.forAnnotatedObject(this);
    specification.usageMessage().description(description, "Stages that it needs run first.");
    return specification;
  }

  @Override
  public void run() {
    RunCommand.run(RunCommand.plan(options.configuration()), name, System.out);
  }
}
