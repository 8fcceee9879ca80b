package io.gradus.jobs.command;

import io.gradus.jobs.cluster.ClusterProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The arguments that name a cluster. */
final class ClusterOptions {
  @Option(
      names = "--cluster",
      paramLabel = "PROFILE",
      required = true,
      description = "A file, or the name of one in conf/clusters, such as yarn-cpu.")
  private String cluster;

  @Option(
      names = "--conf",
      paramLabel = "key=value",
      description = "Overrides a setting of the profile, as in --conf spark.executor.instances=20.")
  private List<String> settings = new ArrayList<>();

  ClusterProfile profile() {
    return profile(cluster, settings);
  }

  static ClusterProfile profile(String cluster, List<String> settings) {
    String profiles = Optional.ofNullable(System.getenv("GRADUS_CLUSTERS")).orElse("conf/clusters");
    return ClusterProfile.read(cluster, Path.of(profiles), settings);
  }
}
