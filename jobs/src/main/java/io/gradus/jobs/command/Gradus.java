package io.gradus.jobs.command;

import io.gradus.jobs.pipeline.Failure;
import io.gradus.jobs.pipeline.Version;
import java.io.PrintWriter;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The program. Exit codes: 0 done, 1 a defect, 2 a user's mistake, 3 too many bad records.
 *
 * <p>On success {@code main} returns, since a driver in YARN's cluster mode that exits by itself
 * counts as failed. Of a failing one there, only the text of an exception gets into the
 * application's diagnostics; elsewhere the process exits with the code.
 */
@Command(
    name = "gradus",
    description = "Quality-rated pretraining curricula on Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Gradus.class,
    subcommands = {
      QuickstartCommand.class,
      RunCommand.class,
      SubmitCommand.class,
      SweepCommand.class,
      PreviewCommand.class,
      StatusCommand.class,
      ExplainCommand.class,
      RaterCommand.class,
      VerifyCommand.class,
      ReferenceCommand.class,
    },
    footer = {
      "",
      "Start with 'gradus quickstart'. Every command has its own --help.",
    })
public final class Gradus implements IVersionProvider {
  private FailedRun failed;

  /** Runs one command. */
  public static void main(String[] arguments) {
    Gradus gradus = new Gradus();
    int code = gradus.program().execute(arguments);
    if (code == 0) {
      return;
    }
    if (gradus.failed != null && "cluster".equals(System.getProperty("spark.submit.deployMode"))) {
      throw gradus.failed;
    }
    System.exit(code);
  }

  /** Runs a certain command. */
  static void main(String command, String[] arguments) {
    main(Stream.concat(Stream.of(command), Stream.of(arguments)).toArray(String[]::new));
  }

  static CommandLine commandLine() {
    return new Gradus().program();
  }

  private CommandLine program() {
    CommandLine commandLine = new CommandLine(this);
    for (StageCommand stage : StageCommand.all()) {
      commandLine.addSubcommand(stage.name(), stage.specification());
    }
    commandLine.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          Failure failure = Failure.of("", exception);
          failed = FailedRun.of(failure, exception);
          PrintWriter out = command.getErr();
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
