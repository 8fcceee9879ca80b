package io.gradus.jobs.command;

import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.Json;
import io.gradus.jobs.pipeline.ConfigurationFile;
import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.sweep.ChosenConfiguration;
import io.gradus.jobs.sweep.Pick;
import io.gradus.jobs.sweep.SweepJob;
import io.gradus.jobs.sweep.SweepReport;
import io.gradus.jobs.sweep.SweepTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "sweep",
    description = {
      "Compares many ways to sample, from the ratings alone: quality against diversity.",
      "Stages that it needs run first."
    },
    mixinStandardHelpOptions = true)
final class SweepCommand implements Runnable {
  private static final String STAGE = "sweep";

  @Mixin private PipelineOptions options;

  @Option(
      names = "--pick",
      paramLabel = "EXPRESSION",
      description = {
        "Writes a configuration that selects as the setting that this names, as in",
        "--pick 'quality>=0.8,max=diversity'."
      })
  private String pick;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where --pick writes to (default: FILE-chosen.conf in the same folder).")
  private Path output;

  @Override
  public void run() {
    if (output != null && pick == null) {
      throw new UserMistake(
          "--output: there is nothing to write without --pick, as in --pick"
              + " 'quality>=0.8,max=diversity'.");
    }
    Path target = null;
    Pick wanted = null;
    if (pick != null) {
      // Told before hours of rating.
      wanted = Pick.parse(pick);
      target = target();
    }
    Pipeline pipeline = Pipeline.withSweep(options.configuration(), SparkSessions.hadoop());
    RunCommand.run(pipeline, STAGE, System.out);
    SweepReport report =
        Json.read(pipeline.directory(STAGE).text(SweepJob.FILE).orElseThrow(), SweepReport.class);
    SweepTable.lines(report).forEach(System.out::println);
    pipeline.places().stream()
        .filter(place -> place.startsWith("Sweep:"))
        .forEach(System.out::println);
    if (wanted != null) {
      SweepReport.Setting setting = wanted.choose(report);
      write(
          target,
          ChosenConfiguration.text(
              options.file().getFileName().toString(),
              ConfigurationFile.lines(options.settings()),
              pick,
              setting,
              report));
      System.out.printf(
          Locale.ROOT,
          "Chosen: %s (%s): %,d documents%n",
          target,
          SweepTable.name(setting),
          setting.figures().documents());
    }
  }

  /** Where the chosen configuration goes; relative paths in it start at its own folder. */
  private Path target() {
    Path file = options.file().toAbsolutePath().normalize();
    String name = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
    Path target =
        output == null
            ? file.resolveSibling(name + "-chosen.conf")
            : output.toAbsolutePath().normalize();
    if (target.equals(file)) {
      throw new UserMistake(
          "--output: '" + output + "' is the configuration itself; name another file.");
    }
    if (!file.getParent().equals(target.getParent())) {
      throw new UserMistake(
          "--output: '"
              + output
              + "' is not in the folder of '"
              + options.file()
              + "', at which the paths in that file start. Name a file in "
              + file.getParent()
              + ".");
    }
    if (Files.isRegularFile(file) && !Files.isWritable(file.getParent())) {
      throw new UserMistake(
          "--pick: nothing can be written to the folder '"
              + file.getParent()
              + "', where the chosen configuration has to lie beside '"
              + options.file()
              + "'. Change the folder's permissions, or copy the configuration to another one.");
    }
    if (Files.exists(target) && !isChosen(target)) {
      throw new UserMistake(
          "--output: '"
              + target
              + "' is there and was not written by --pick; it stays as it is. Name another file.");
    }
    return target;
  }

  private static boolean isChosen(Path target) {
    try {
      return Files.readString(target, StandardCharsets.UTF_8).startsWith(ChosenConfiguration.MARK);
    } catch (IOException unreadable) {
      return false;
    }
  }

  private static void write(Path target, String text) {
    try {
      Path unfinished = target.resolveSibling(target.getFileName() + ".part");
      Files.writeString(unfinished, text, StandardCharsets.UTF_8);
      Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
