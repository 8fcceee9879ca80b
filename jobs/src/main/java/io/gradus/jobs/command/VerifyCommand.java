package io.gradus.jobs.command;

import io.gradus.common.job.UserMistake;
import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.verify.ReadingConfig;
import io.gradus.jobs.verify.Topology;
import io.gradus.jobs.verify.Trainer;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description = {
      "Reads the shards back and proves them complete. Stages that it needs run first.",
      "With --as, also simulates how a trainer's loader reads them: which rank gets which sequences"
          + " at which step, and whether that is the curriculum. Exit code 2 where it is not.",
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Runnable {
  @Mixin private PipelineOptions options;
  @Spec private CommandSpec specification;

  @Option(
      names = "--as",
      paramLabel = "TRAINER",
      description =
          "mosaicml-streaming, megatron, olmo-core, nanotron, hf-map, hf-streaming or litdata.")
  private String trainer;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "1",
      description = "Machines (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--ranks",
      paramLabel = "R",
      defaultValue = "1",
      description = "Data-parallel ranks on each machine (default: ${DEFAULT-VALUE}).")
  private int ranks;

  @Option(
      names = "--workers",
      paramLabel = "W",
      defaultValue = "0",
      description = "Loader processes of each rank (default: ${DEFAULT-VALUE}, the rank itself).")
  private int workers;

  @Option(
      names = "--micro-batch",
      paramLabel = "B",
      defaultValue = "1",
      description = "Sequences that a rank takes at a time (default: ${DEFAULT-VALUE}).")
  private int microBatch;

  @Option(
      names = "--accumulate",
      paramLabel = "A",
      defaultValue = "1",
      description = "Micro-batches of a rank in an optimizer step (default: ${DEFAULT-VALUE}).")
  private int accumulate;

  @Option(
      names = "--steps",
      paramLabel = "K",
      defaultValue = "0",
      description = "Optimizer steps of the run (default: as many as there are sequences for).")
  private long steps;

  @Option(
      names = "--with",
      paramLabel = "name=value",
      description =
          "A setting of the loader, as in --with num_canonical_nodes=2; those that are not given"
              + " are the ones that pack names.")
  private List<String> settings = new ArrayList<>();

  @Override
  public void run() {
    if (trainer == null) {
      refuseReadingOptions();
      RunCommand.run(options.pipeline(), "verify", System.out);
      return;
    }
    ReadingConfig reading =
        ReadingConfig.of(
            Trainer.named(trainer),
            new Topology(nodes, ranks, workers, microBatch, accumulate),
            settings,
            steps);
    Pipeline pipeline = options.pipeline();
    pipeline.prepare();
    SparkSessions.with(System.out, context -> pipeline.read(context, reading));
  }

  private void refuseReadingOptions() {
    List<String> given =
        List.of(
                "--nodes",
                "--ranks",
                "--workers",
                "--micro-batch",
                "--accumulate",
                "--steps",
                "--with")
            .stream()
            .filter(name -> specification.commandLine().getParseResult().hasMatchedOption(name))
            .toList();
    if (!given.isEmpty()) {
      throw new UserMistake(
          String.join(", ", given)
              + ": these describe a training run, so --as must say whose loader reads the shards");
    }
  }
}
