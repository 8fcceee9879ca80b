package io.gradus.jobs.command;

import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.ModelFiles;
import io.gradus.common.workspace.Workspace;
import io.gradus.common.workspace.WorkspaceLock;
import io.gradus.jobs.cluster.ClusterProfile;
import io.gradus.jobs.cluster.ClusterProfile.DeployMode;
import io.gradus.jobs.cluster.SparkSubmit;
import io.gradus.jobs.pipeline.ConfigurationFile;
import io.gradus.jobs.pipeline.Failure;
import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.pipeline.PipelineConfig;
import io.gradus.jobs.pipeline.Submission;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Runs a pipeline on a cluster by spark-submit. Where the driver runs on the cluster, configuration
 * and models of this machine travel through the workspace, and so does the outcome back.
 */
@Command(
    name = "submit",
    description = "Runs a pipeline on a cluster, by spark-submit.",
    mixinStandardHelpOptions = true)
final class SubmitCommand implements Callable<Integer> {
  private static final String CONFIGURATION = "pipeline.conf";
  private static final String ASSEMBLY = "gradus-jobs-assembly.jar";
  private static final int DEFECT = 1;

  @Mixin private PipelineOptions options;
  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--stage",
      paramLabel = "STAGE",
      description = "The last stage to run (default: all of them).")
  private String stage;

  @Option(
      names = "--dry-run",
      description =
          "Prints the command instead of running it. What a driver on the cluster reads of this"
              + " machine is put into the workspace, so that the command works as it is printed.")
  private boolean dryRun;

  @Override
  public Integer call() {
    PrintStream out = System.out;
    ClusterProfile profile = cluster.profile();
    Configuration hadoop = SparkSessions.hadoop(profile.settings());
    ConfigurationFile file = options.file(hadoop);
    PipelineConfig config = PipelineConfig.read(file);
    checkPlaces(profile, config, hadoop);
    Path program = SparkSubmit.find(System.getenv());
    note(profile, config).ifPresent(System.err::println);

    boolean driverElsewhere = profile.hasExecutors() && profile.deployMode() == DeployMode.CLUSTER;
    Submission submission = new Submission(UUID.randomUUID().toString());
    Workspace workspace = Workspace.at(config.workspace(), hadoop);
    Map<String, String> settings = new TreeMap<>();
    List<String> arguments = new ArrayList<>();
    arguments.add(stage == null ? "run" : stage);
    if (driverElsewhere) {
      workspace.prepare();
      WorkspaceLock.refuseIfTaken(workspace);
      Map<String, ModelFiles.Shipped> models = Pipeline.ship(config, hadoop);
      if (!models.isEmpty()) {
        hadoop.set(ModelFiles.SETTING, ModelFiles.setting(models));
        settings.put("spark.hadoop." + ModelFiles.SETTING, ModelFiles.setting(models));
      }
      submission.directory(workspace).writeText(CONFIGURATION, file.text());
      settings.put(Submission.SETTING, submission.id());
      arguments.add(submission.directory(workspace).file(CONFIGURATION).toString());
      arguments.addAll(List.of("--relative-to", file.folder()));
    } else {
      arguments.add(options.location());
      options.settings().forEach(setting -> arguments.addAll(List.of("--set", setting)));
      arguments.addAll(List.of("--relative-to", file.folder()));
    }
    SparkSubmit submit =
        SparkSubmit.of(profile, program, assembly(), config.name(), settings, arguments);
    if (dryRun) {
      if (!submit.variables().isEmpty()) {
        System.err.println(
            "Note: secrets are not shown; set "
                + String.join(", ", submit.variables())
                + " where the command runs, or leave those settings to Hadoop's configuration.");
      }
      out.println(submit.shell());
      return 0;
    }
    Pipeline pipeline = Pipeline.of(config, hadoop);
    String last = last(pipeline);
    if (pipeline.finished(last)) {
      pipeline.forgetFailure();
      out.println("Nothing to do: every stage is finished for this configuration and input.");
      pipeline.places().forEach(out::println);
      return 0;
    }
    int code = submit.run();
    return driverElsewhere ? outcome(submission, pipeline, last, code, out) : code;
  }

  private String last(Pipeline pipeline) {
    if (stage == null) {
      return pipeline.stages().get(pipeline.stages().size() - 1);
    }
    pipeline.require(stage);
    return stage;
  }

  /** What the driver has left in the workspace: spark-submit need not know. */
  private int outcome(
      Submission submission, Pipeline pipeline, String last, int code, PrintStream out) {
    Optional<Failure> failure = submission.failure(pipeline.workspace());
    if (failure.isPresent()) {
      System.err.println("gradus: " + failure.get().message());
      return failure.get().exitCode();
    }
    if (pipeline.finished(last)) {
      pipeline.places().forEach(out::println);
      return 0;
    }
    if (code == 0) {
      out.println(
          "The driver is on its way: 'gradus status "
              + options.location()
              + "' shows how far it is.");
      return 0;
    }
    System.err.println(
        "gradus: spark-submit ended with code "
            + code
            + ", and the driver has left neither a result nor a message in "
            + pipeline.workspace().root()
            + ". It was not started, or was killed: see what spark-submit says above, and the"
            + " driver's log on the cluster.");
    return DEFECT;
  }

  /** What lies on this machine's disk, no other machine finds. */
  private static void checkPlaces(
      ClusterProfile profile, PipelineConfig config, Configuration hadoop) {
    if (!profile.hasExecutors()) {
      return;
    }
    List<String> problems = new ArrayList<>();
    config
        .places()
        .forEach(
            (key, place) -> {
              org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(place);
              if (isLocal(path, hadoop) && !profile.isShared(path.toUri().getPath())) {
                problems.add(key + ": '" + place + "'");
              }
            });
    if (!problems.isEmpty()) {
      throw new UserMistake(
          "The machines of "
              + profile.master()
              + " do not see this machine's disk, but there are\n  - "
              + String.join("\n  - ", problems)
              + "\nGive URIs of a file system that all of them reach (hdfs://, s3a://), or name the"
              + " folders that they see under the same path in 'shared' of the profile '"
              + profile.name()
              + "'. A path without a scheme is on Hadoop's default file system, which HADOOP_CONF_DIR"
              + " tells.");
    }
  }

  private static boolean isLocal(org.apache.hadoop.fs.Path path, Configuration hadoop) {
    try {
      FileSystem fileSystem = path.getFileSystem(hadoop);
      return fileSystem.getScheme().equals("file");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> note(ClusterProfile profile, PipelineConfig config) {
    boolean gpus = profile.gpusOfAnExecutor() > 0;
    if (gpus == config.rate().device().usesGpu()) {
      return Optional.empty();
    }
    return Optional.of(
        gpus
            ? "Note: the profile "
                + profile.name()
                + " asks for GPUs, but rate.device.provider is cpu, so that they will be idle."
            : "Note: rate.device.provider asks for GPUs, but the profile "
                + profile.name()
                + " has none.");
  }

  private static Path assembly() {
    try {
      Path jar =
          Path.of(SubmitCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path assembly =
          jar.getFileName().toString().endsWith("-assembly.jar")
              ? jar
              : jar.resolveSibling(ASSEMBLY);
      if (!Files.isRegularFile(assembly)) {
        throw new UserMistake(
            "There is no " + assembly + ". Build it: mvn -pl common,jobs -DskipTests package");
      }
      return assembly;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
