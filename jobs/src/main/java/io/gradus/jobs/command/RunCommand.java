package io.gradus.jobs.command;

import io.gradus.common.workspace.WorkspaceLock;
import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.pipeline.PipelineConfig;
import java.io.PrintStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
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
    PipelineConfig config = options.configuration();
    Pipeline pipeline = plan(config);
    List<String> stages = pipeline.stages();
    run(pipeline, stages.get(stages.size() - 1), System.out);
    pipeline.places().forEach(System.out::println);
  }

  /** Plans a pipeline that is to be run; tells those who wait for it when that fails. */
  static Pipeline plan(PipelineConfig config) {
    Configuration hadoop = SparkSessions.hadoop();
    try {
      return Pipeline.of(config, hadoop);
    } catch (RuntimeException | Error e) {
      Pipeline.tell(config, hadoop, e);
      throw e;
    }
  }

  /** Runs up to a stage; starts no Spark when there is nothing to do. */
  static void run(Pipeline pipeline, String last, PrintStream out) {
    try {
      runIfNeeded(pipeline, last, out);
    } catch (RuntimeException | Error e) {
      pipeline.tell(e);
      throw e;
    }
  }

  private static void runIfNeeded(Pipeline pipeline, String last, PrintStream out) {
    pipeline.require(last);
    if (pipeline.finished(last)) {
      pipeline.forgetFailure();
      out.println("Nothing to do: every stage is finished for this configuration and input.");
      return;
    }
    pipeline.prepare();
    try (WorkspaceLock lock = pipeline.take(out::println)) {
      SparkSessions.with(out, context -> pipeline.run(context, last, lock));
    }
  }
}
