package io.gradus.jobs.command;

import io.gradus.common.job.UserMistake;
import io.gradus.jobs.pipeline.Pipeline;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "run",
    description = "Runs every stage that is not finished yet.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Runnable {
  @Mixin private PipelineOptions options;

  @Override
  public void run() {
    Pipeline pipeline = options.pipeline();
    List<String> stages = pipeline.stages();
    run(pipeline, stages.get(stages.size() - 1), System.out);
    pipeline.places().forEach(System.out::println);
  }

  /** Runs up to a stage; starts no Spark when there is nothing to do. */
  static void run(Pipeline pipeline, String last, PrintStream out) {
    if (!pipeline.stages().contains(last)) {
      throw new UserMistake(
          last
              + ": the configuration has no section '"
              + last
              + "', so there is no such stage. Add one, "
              + last
              + " { } for all defaults.");
    }
    if (pipeline.finished(last)) {
      pipeline.forgetFailure();
      out.println("Nothing to do: every stage is finished for this configuration and input.");
      return;
    }
    pipeline.prepare();
    SparkSessions.with(out, context -> pipeline.run(context, last));
  }
}
