package io.gradus.jobs.command;

import io.gradus.jobs.pipeline.ConfigurationReference;
import picocli.CommandLine.Command;

@Command(
    name = "reference",
    description = "Prints all keys of a configuration as Markdown: docs/configuration.md.",
    mixinStandardHelpOptions = true)
final class ReferenceCommand implements Runnable {
  @Override
  public void run() {
    System.out.print(ConfigurationReference.markdown());
  }
}
