package io.gradus.jobs.command;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.job.UserMistake;
import io.gradus.jobs.cluster.ClusterProfile;
import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.pipeline.PipelineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "explain",
    description = "Says what a run would do, and why; runs nothing.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Runnable {
  @Mixin private PipelineOptions options;

  @Option(
      names = "--cluster",
      paramLabel = "PROFILE",
      description = {
        "Says instead how long each stage takes on this cluster, what it shuffles and stores, and"
            + " what memory executors need: a file, or the name of one in conf/clusters."
      })
  private String cluster;

  @Option(
      names = "--conf",
      paramLabel = "key=value",
      description = "Overrides a setting of the cluster's profile.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--tokens",
      paramLabel = "COUNT",
      description = "With --cluster, the corpus, as in 260B (default: what was ingested).")
  private String tokens;

  @Override
  public void run() {
    if (cluster == null) {
      if (tokens != null || !settings.isEmpty()) {
        throw new UserMistake("--tokens and --conf go with --cluster. Name a cluster's profile.");
      }
      options.pipeline().explain().forEach(System.out::println);
      return;
    }
    ClusterProfile profile = ClusterOptions.profile(cluster, settings);
    Configuration hadoop = SparkSessions.hadoop(profile.settings());
    PipelineConfig config = PipelineConfig.read(options.file(hadoop));
    Pipeline.size(config, hadoop, profile, corpus()).forEach(System.out::println);
  }

  private OptionalLong corpus() {
    try {
      return tokens == null ? OptionalLong.empty() : OptionalLong.of(Quantity.count(tokens));
    } catch (IllegalArgumentException e) {
      throw new UserMistake("--tokens: " + e.getMessage(), e);
    }
  }
}
