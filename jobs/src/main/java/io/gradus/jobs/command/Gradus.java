package io.gradus.jobs.command;

import io.gradus.jobs.pipeline.Failure;
import io.gradus.jobs.pipeline.Version;
import java.io.PrintWriter;
import org.apache.spark.SparkUserAppException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The program. Exit codes: 0 done, 1 a defect, 2 a user's mistake, 3 too many bad records.
 *
 * <p>On success {@code main} returns, since a driver in YARN's cluster mode that exits by itself
 * counts as failed.
 */
@Command(
    name = "gradus",
    description = "Quality-rated pretraining curricula on Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Gradus.class,
    subcommands = {
      QuickstartCommand.class,
      RunCommand.class,
      SweepCommand.class,
      PreviewCommand.class,
      StatusCommand.class,
      ExplainCommand.class,
      RaterCommand.class,
    },
    footer = {
      "",
      "Start with 'gradus quickstart'. Every command has its own --help.",
    })
public final class Gradus implements IVersionProvider {

  /** Runs one command. */
  public static void main(String[] arguments) throws SparkUserAppException {
    int code = commandLine().execute(arguments);
    if (code == 0) {
      return;
    }
    if ("cluster".equals(System.getProperty("spark.submit.deployMode"))) {
      throw new SparkUserAppException(code, null);
    }
    System.exit(code);
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Gradus());
    for (StageCommand stage : StageCommand.all()) {
      commandLine.addSubcommand(stage.name(), stage.specification());
    }
    commandLine.setExecutionExceptionHandler(
        (exception, failed, parsed) -> {
          Failure failure = Failure.of("", exception);
          PrintWriter out = failed.getErr();
          if (failure.exitCode() == 1) {
            out.println("gradus: a defect, please report it with the trace below.");
            exception.printStackTrace(out);
          } else {
            out.println("gradus: " + failure.message());
          }
          out.flush();
          return failure.exitCode();
        });
    return commandLine;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"gradus " + Version.current()};
  }
}
