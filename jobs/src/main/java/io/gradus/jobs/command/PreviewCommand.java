package io.gradus.jobs.command;

import io.gradus.common.workspace.Json;
import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.preview.Preview;
import io.gradus.jobs.preview.PreviewJob;
import io.gradus.jobs.preview.TerminalPlot;
import io.gradus.jobs.preview.TerminalPlot.Style;
import java.nio.charset.Charset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "preview",
    description = {
      "Draws the order: quality, sources and ratings along the run, here and as a page.",
      "Stages up to order run first; nothing is packed."
    },
    mixinStandardHelpOptions = true)
final class PreviewCommand implements Runnable {
  private static final String STAGE = "preview";

  @Mixin private PipelineOptions options;

  @Option(
      names = "--ascii",
      description = "Draws with plain characters, as it does where the locale has no others.")
  private boolean ascii;

  @Override
  public void run() {
    Pipeline pipeline = Pipeline.withPreview(options.configuration(), SparkSessions.hadoop());
    RunCommand.run(pipeline, STAGE, System.out);
    Preview preview =
        Json.read(pipeline.directory(STAGE).text(PreviewJob.DATA).orElseThrow(), Preview.class);
    TerminalPlot.lines(preview, style()).forEach(System.out::println);
    pipeline.places().stream()
        .filter(place -> place.startsWith("Preview:"))
        .forEach(System.out::println);
  }

  /** The standard output is written in the locale's characters. */
  private Style style() {
    return !ascii && Charset.defaultCharset().newEncoder().canEncode('█')
        ? Style.UNICODE
        : Style.ASCII;
  }
}
