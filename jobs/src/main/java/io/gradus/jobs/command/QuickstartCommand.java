package io.gradus.jobs.command;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.job.UserMistake;
import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.pipeline.PipelineConfig;
import io.gradus.jobs.quickstart.QuickstartCorpus;
import io.gradus.jobs.quickstart.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "quickstart",
    description = "Makes a curriculum from about a million tokens of real text, in minutes.",
    mixinStandardHelpOptions = true)
final class QuickstartCommand implements Runnable {
  private static final String CONFIGURATION = "quickstart.conf";

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      defaultValue = "gradus-quickstart",
      description = "Where everything goes (default: ${DEFAULT-VALUE}).")
  private Path folder;

  @Option(
      names = "--downloads",
      paramLabel = "FOLDER",
      description = "Where bin/gradus has put the texts' artifacts.",
      required = true,
      hidden = true)
  private Path downloads;

  @Option(
      names = "--set",
      paramLabel = "path=value",
      description = "Overrides a value of the configuration.")
  private List<String> settings = List.of();

  @Override
  public void run() {
    PrintStream out = System.out;
    List<Source> sources = QuickstartCorpus.prepare(downloads, prepared().resolve("raw"));
    out.println("Real English text from " + sources.size() + " sources:");
    sources.forEach(
        source ->
            out.printf("  %-11s %s (%s)%n", source.name(), source.description(), source.licence()));
    Path file = configuration();
    Pipeline pipeline = Pipeline.of(PipelineConfig.read(file, settings), SparkSessions.hadoop());
    List<String> stages = pipeline.stages();
    RunCommand.run(pipeline, stages.get(stages.size() - 1), out);
    summary(pipeline, file, out);
  }

  private Path prepared() {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UserMistake(
          "--folder: cannot create '"
              + folder
              + "' ("
              + e.getMessage()
              + "). Choose a folder you may write to.",
          e);
    }
  }

  /** The pipeline's file beside its data, for the user to change; never overwritten. */
  private Path configuration() {
    Path file = folder.resolve(CONFIGURATION);
    if (!Files.exists(file)) {
      Path unfinished = folder.resolve(CONFIGURATION + ".part");
      try (InputStream example = QuickstartCommand.class.getResourceAsStream("/" + CONFIGURATION)) {
        Files.copy(example, unfinished, StandardCopyOption.REPLACE_EXISTING);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return file;
  }

  private static void summary(Pipeline pipeline, Path file, PrintStream out) {
    out.println();
    long in = tokens(pipeline, "ingest");
    long selected = tokens(pipeline, "sample");
    out.printf(
        "In:  %,d documents, %s tokens%nOut: %,d documents, %s tokens, %s%n",
        rows(pipeline, "ingest"),
        Quantity.show(in),
        rows(pipeline, "sample"),
        Quantity.show(selected),
        switch (pipeline.manifest("order").orElseThrow().result().at("/table/shape").asText()) {
          case "ascending" -> "the best last";
          case "descending" -> "the best first";
          default -> "shuffled";
        });
    pipeline.places().forEach(out::println);
    out.println();
    String program = Optional.ofNullable(System.getenv("GRADUS_PROGRAM")).orElse("gradus");
    out.println("Try next:");
    out.printf("  %s status %s%n", program, file);
    out.printf("  %s explain %s --set sample.temperature=2.0%n", program, file);
    out.printf("  %s run %s --set sample.temperature=2.0%n", program, file);
  }

  private static long rows(Pipeline pipeline, String stage) {
    return number(pipeline, stage, "rows");
  }

  private static long tokens(Pipeline pipeline, String stage) {
    return number(pipeline, stage, "tokens");
  }

  private static long number(Pipeline pipeline, String stage, String name) {
    return pipeline.manifest(stage).orElseThrow().result().path("table").path(name).asLong();
  }
}
