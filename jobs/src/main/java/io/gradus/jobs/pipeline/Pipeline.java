package io.gradus.jobs.pipeline;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.Pace;
import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.ModelFiles;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.common.workspace.Workspace;
import io.gradus.common.workspace.WorkspaceLock;
import io.gradus.common.workspace.WorkspaceLock.Sighting;
import io.gradus.common.workspace.WorkspaceRun;
import io.gradus.jobs.cluster.ClusterProfile;
import io.gradus.jobs.pipeline.Plan.Step;
import io.gradus.jobs.pipeline.Stage.Inputs;
import io.gradus.jobs.pipeline.Stage.Outcome;
import io.gradus.jobs.verify.ReadingConfig;
import io.gradus.jobs.verify.ReadingJob;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A configured pipeline in its workspace: what there is, what would run, and running it. Each stage
 * whose fingerprint is finished is reused; the others run in order, and each writes its manifest
 * last.
 */
public final class Pipeline {
  private static final Duration TASK_PROGRESS_INTERVAL = Duration.ofSeconds(10);

  private final PipelineConfig config;
  private final Workspace workspace;
  private final Plan plan;
  private String current = "";
  private boolean told;

  Pipeline(PipelineConfig config, Workspace workspace, Plan plan) {
    this.config = config;
    this.workspace = workspace;
    this.plan = plan;
  }

  /**
   * Looks at inputs, models and workspace; runs and writes nothing.
   *
   * @throws UserMistake when inputs, models or the workspace cannot be read
   */
  public static Pipeline of(PipelineConfig config, Configuration hadoop) {
    Workspace workspace = Workspace.at(config.workspace(), hadoop);
    return new Pipeline(config, workspace, Plan.of(Stages.of(config, hadoop), workspace));
  }

  /** As {@link #of}, with the sweep at the end. */
  public static Pipeline withSweep(PipelineConfig config, Configuration hadoop) {
    Workspace workspace = Workspace.at(config.workspace(), hadoop);
    return new Pipeline(config, workspace, Plan.of(Stages.withSweep(config, hadoop), workspace));
  }

  /** As {@link #of}, with the preview at the end. */
  public static Pipeline withPreview(PipelineConfig config, Configuration hadoop) {
    Workspace workspace = Workspace.at(config.workspace(), hadoop);
    return new Pipeline(config, workspace, Plan.of(Stages.withPreview(config, hadoop), workspace));
  }

  /** The names of all stages, in order. */
  public List<String> stages() {
    return plan.steps().stream().map(Step::name).toList();
  }

  /**
   * Makes sure that there is such a stage.
   *
   * @throws UserMistake when the configuration has none
   */
  public void require(String stage) {
    if (!stages().contains(stage)) {
      throw new UserMistake(
          stage
              + ": the configuration has no section '"
              + stage
              + "', so there is no such stage. Add one, "
              + stage
              + " { } for all defaults.");
    }
  }

  /** Forgets the failure of an earlier run, since what was asked for is there. */
  public void forgetFailure() {
    root().delete(Failure.FILE);
  }

  /** Whether a stage and all that it needs are finished already. */
  public boolean finished(String last) {
    return plan.upTo(last).steps().stream().allMatch(step -> step.manifest().isPresent());
  }

  /** For each stage whether it would run, and why; and how long rating would take. */
  public List<String> explain() {
    List<String> lines = new ArrayList<>(Explanation.of(plan, workspace));
    Stages.estimates(config, plan, workspace.hadoop()).forEach(line -> lines.add("  " + line));
    return lines;
  }

  /**
   * What the pipeline needs of a cluster, with the formula.
   *
   * @param tokens of the corpus; empty for those that were ingested
   */
  public static List<String> size(
      PipelineConfig config, Configuration hadoop, ClusterProfile profile, OptionalLong tokens) {
    List<String> stages = Stages.of(config, hadoop).stream().map(Stage::name).toList();
    return new SizingInputs(config, Workspace.at(config.workspace(), hadoop), stages)
        .size(profile, tokens)
        .lines();
  }

  /** Where the outputs go. */
  public Workspace workspace() {
    return workspace;
  }

  /**
   * Puts models and tokenizers that lie on this machine into the workspace, for a cluster's driver.
   *
   * @return where they lie now, by their names in the configuration
   */
  public static Map<String, ModelFiles.Shipped> ship(PipelineConfig config, Configuration hadoop) {
    return Stages.ship(config, Workspace.at(config.workspace(), hadoop));
  }

  /**
   * Makes sure that the workspace can be written to, which is better known before Spark starts.
   *
   * @throws UserMistake when it cannot
   */
  public void prepare() {
    workspace.prepare();
  }

  /**
   * Takes the workspace, which is prepared, so that nobody else runs in it; to be closed at the
   * end.
   *
   * @param news told why it waits, or whose place it takes
   * @throws UserMistake that names the run which has the workspace
   */
  public WorkspaceLock take(Consumer<String> news) {
    try {
      return WorkspaceLock.take(workspace, news);
    } catch (UserMistake held) {
      // Of no concern to the run that has the workspace, or to those who watch it.
      told = true;
      Submission.current().ifPresent(submission -> submission.tell(workspace, "", held));
      throw held;
    }
  }

  /**
   * Runs what is not there yet, in a workspace that is prepared and that nobody else runs in.
   *
   * @param last the last stage to run
   */
  public void run(JobContext context, String last) {
    try (WorkspaceLock lock = take(context.console()::line)) {
      run(context, last, lock);
    }
  }

  /**
   * Runs what is not there yet.
   *
   * @param last the last stage to run
   * @param lock on this pipeline's workspace
   */
  public void run(JobContext context, String last, WorkspaceLock lock) {
    root().delete(Failure.FILE);
    SparkContext spark = context.session().sparkContext();
    lock.started(spark.applicationId(), spark::cancelAllJobs);
    Plan wanted = plan.upTo(last);
    List<String> names = wanted.steps().stream().map(Step::name).toList();
    try (RunMetrics metrics = RunMetrics.register(names)) {
      Map<String, StageDirectory> directories = new TreeMap<>();
      Map<String, Manifest> manifests = new TreeMap<>();
      Set<String> ran = new TreeSet<>();
      Stages.checkAhead(context, config, wanted);
      for (Step step : wanted.steps()) {
        current = step.name();
        lock.check();
        Optional<Manifest> there = step.manifest();
        // What reads an output that was made again is made again too: verify above all.
        boolean reused =
            there.isPresent() && step.inputs().keySet().stream().noneMatch(ran::contains);
        Manifest manifest =
            reused
                ? there.get()
                : run(context, step, new Inputs(directories, manifests), lock, metrics);
        metrics.finished(step.name(), tokens(manifest));
        if (!reused) {
          ran.add(step.name());
        }
        directories.put(step.name(), step.directory());
        manifests.put(step.name(), manifest);
        context.console().line(line(manifest, reused));
      }
    } catch (RuntimeException | Error e) {
      if (lock.isLost()) {
        UserMistake lost = lock.lost();
        lost.addSuppressed(e);
        throw lost;
      }
      tell(e);
      throw e;
    }
  }

  /**
   * Simulates how a training run reads the shards, after verify has found them good.
   *
   * @throws UserMistake when it does not read the curriculum as it is, or does not read the shards'
   *     formats
   */
  public void read(JobContext context, ReadingConfig reading) {
    boolean verified = finished(Stages.VERIFY);
    if (!verified) {
      run(context, Stages.VERIFY);
    }
    Map<String, StageDirectory> directories = new TreeMap<>();
    Map<String, Manifest> manifests = new TreeMap<>();
    for (Step step : plan.upTo(Stages.VERIFY).steps()) {
      directories.put(step.name(), step.directory());
      manifests.put(step.name(), step.directory().manifest().orElseThrow());
    }
    Stages.read(
        context,
        reading,
        new Inputs(directories, manifests),
        verified ? ReadingJob.Bytes.UNREAD : ReadingJob.Bytes.JUST_VERIFIED);
  }

  /** Keeps the reason of this run's failure in the workspace, unless it is kept already. */
  public void tell(Throwable thrown) {
    if (!told) {
      told = true;
      tellIfWatched(workspace, current, thrown);
    }
  }

  /**
   * Keeps the reason why a pipeline could not even be planned, where there is a workspace or where
   * someone waits for the answer.
   */
  public static void tell(PipelineConfig config, Configuration hadoop, Throwable thrown) {
    try {
      tellIfWatched(Workspace.at(config.workspace(), hadoop), "", thrown);
    } catch (RuntimeException unwritten) {
      thrown.addSuppressed(unwritten);
    }
  }

  private static void tellIfWatched(Workspace workspace, String stage, Throwable thrown) {
    try {
      StageDirectory root = new StageDirectory(workspace.root(), workspace.hadoop());
      Optional<Submission> submission = Submission.current();
      if (submission.isPresent() || root.exists()) {
        root.writeText(Failure.FILE, Json.write(Failure.of(stage, thrown)));
        submission.ifPresent(waiting -> waiting.tell(workspace, stage, thrown));
      }
    } catch (RuntimeException unwritten) {
      thrown.addSuppressed(unwritten);
    }
  }

  private StageDirectory root() {
    return new StageDirectory(workspace.root(), workspace.hadoop());
  }

  private Manifest run(
      JobContext context, Step step, Inputs inputs, WorkspaceLock lock, RunMetrics metrics) {
    context.console().line(String.format("%-10s ...", step.name()));
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.session().sparkContext());
    spark.setJobGroup("gradus-" + step.name(), "Gradus " + step.name());
    Instant started = context.clock().instant();
    TaskProgress progress = taskProgress(context, step, inputs, spark);
    Supplier<Optional<Pace>> pace = () -> context.console().pace().or(progress::pace);
    lock.enter(step.name(), pace);
    metrics.enter(step.name(), pace);
    Outcome outcome;
    try {
      outcome = step.stage().body().run(context, inputs, step.directory());
    } finally {
      progress.close();
      spark.clearJobGroup();
    }
    if (!step.stage().digests().get().equals(step.digests())) {
      throw new UserMistake(
          step.name()
              + ": "
              + String.join(
                  " and ", Explanation.changed(step.digests(), step.stage().digests().get()))
              + " while the stage was running, so its output would not be what its name says. Leave"
              + " inputs, models and tokenizers alone during a run, and run again.");
    }
    Manifest manifest =
        new Manifest(
            step.name(),
            step.stage().formatVersion(),
            step.fingerprint(),
            Json.tree(step.stage().configuration()),
            step.inputs(),
            step.digests(),
            step.stage().seed(),
            started,
            context.clock().instant(),
            spark.defaultParallelism(),
            versions(context),
            outcome.summary(),
            Json.tree(outcome.result()));
    step.directory().finish(manifest);
    return manifest;
  }

  private static TaskProgress taskProgress(
      JobContext context, Step step, Inputs inputs, JavaSparkContext spark) {
    long tokens =
        step.stage().inputs().stream()
            .mapToLong(input -> tokens(inputs.manifests().get(input)))
            .max()
            .orElse(0);
    return new TaskProgress(
        step.name(),
        tokens,
        spark.statusTracker(),
        context.console(),
        context.clock(),
        TASK_PROGRESS_INTERVAL);
  }

  /** The tokens of a stage's table; none where it has no such count. */
  private static long tokens(Manifest manifest) {
    return manifest.result().path("table").path("tokens").asLong(0);
  }

  private static Map<String, String> versions(JobContext context) {
    Map<String, String> versions = new TreeMap<>();
    versions.put("gradus", Version.current());
    versions.put("spark", context.session().version());
    versions.put("java", System.getProperty("java.version"));
    return versions;
  }

  private static String line(Manifest manifest, boolean reused) {
    Duration took = Duration.between(manifest.started(), manifest.finished());
    String time = reused ? "reused" : Console.duration(took);
    return String.format("%-10s %s  [%s]", manifest.stage(), manifest.summary(), time);
  }

  /**
   * What there is, stage by stage, and where shards, plan and report lie. Where the inputs are
   * gone, these are the newest outputs of each stage, whatever their configuration was.
   */
  public static List<String> status(PipelineConfig config, Configuration hadoop) {
    try {
      return of(config, hadoop).status();
    } catch (UserMistake inputsGone) {
      List<String> lines = new ArrayList<>();
      lines.add("Cannot tell what belongs to this configuration: " + inputsGone.getMessage());
      Workspace workspace = Workspace.at(config.workspace(), hadoop);
      lines.add("The newest of each stage in " + workspace.root());
      for (Stage stage : Stages.of(config, hadoop)) {
        workspace.finished(stage.name()).stream()
            .findFirst()
            .ifPresent(
                manifest -> {
                  lines.add("  " + line(manifest, false));
                  place(workspace.stage(stage.name(), manifest.fingerprint()), stage.name())
                      .ifPresent(lines::add);
                });
      }
      WorkspaceLock.sighting(workspace).map(Pipeline::running).ifPresent(lines::add);
      new StageDirectory(workspace.root(), hadoop)
          .text(Failure.FILE)
          .map(json -> failed(Json.read(json, Failure.class)))
          .ifPresent(lines::add);
      return lines;
    }
  }

  List<String> status() {
    List<String> lines = new ArrayList<>();
    lines.add("Pipeline " + config.name() + " in " + workspace.root());
    Optional<Sighting> sighting = WorkspaceLock.sighting(workspace);
    for (Step step : plan.steps()) {
      lines.add(
          step.manifest()
              .map(manifest -> "  " + line(manifest, false))
              .orElseGet(
                  () -> String.format("  %-10s %s", step.name(), unfinished(step, sighting))));
    }
    sighting.map(Pipeline::running).ifPresent(lines::add);
    lines.addAll(places());
    failure().map(Pipeline::failed).ifPresent(lines::add);
    return lines;
  }

  private static String unfinished(Step step, Optional<Sighting> sighting) {
    Optional<WorkspaceRun> run =
        sighting
            .filter(seen -> !seen.hasEnded() && seen.run().stage().equals(step.name()))
            .map(Sighting::run);
    if (run.isPresent()) {
      return "running"
          + Optional.ofNullable(run.get().pace())
              .map(
                  pace ->
                      String.format(
                          Locale.ROOT,
                          ": %s  %,d tokens/s  %s",
                          pace.shareText().strip(),
                          Math.round(pace.tokensPerSecond()),
                          pace.leftText()))
              .orElse("");
    }
    return step.directory().exists() ? "not finished; the next run goes on" : "not yet";
  }

  private static String running(Sighting sighting) {
    WorkspaceRun run = sighting.run();
    String last = "last sign of life " + WorkspaceLock.ago(sighting.silence());
    return sighting.hasEnded()
        ? "A run has ended without a word"
            + (run.stage().isEmpty() ? "" : " in " + run.stage())
            + ": "
            + run.holder()
            + ", "
            + last
            + ". The next run goes on from there."
        : "Running: " + run.holder() + ", since " + run.since() + ", " + last;
  }

  private static String failed(Failure failure) {
    return "The last run failed"
        + (failure.stage().isEmpty() ? "" : " in " + failure.stage())
        + ": "
        + failure.message();
  }

  /** A line each for the finished shards, plan and report, with where they lie. */
  public List<String> places() {
    return plan.steps().stream()
        .filter(step -> step.manifest().isPresent())
        .flatMap(step -> place(step.directory(), step.name()).stream())
        .toList();
  }

  private static Optional<String> place(StageDirectory directory, String stage) {
    String uri = directory.path().toString();
    String path = uri.startsWith("file:/") ? uri.substring("file:".length()) : uri;
    return switch (stage) {
      case "pack" -> Optional.of("Shards: " + path);
      case "advise" -> Optional.of("Plan:   " + path + "/plan.json");
      case "report" -> Optional.of("Report: " + path + "/report.html");
      case "sweep" -> Optional.of("Sweep:  " + path + "/sweep.html");
      case "preview" -> Optional.of("Preview: " + path + "/preview.html");
      default -> Optional.empty();
    };
  }

  /** The folder of a stage's output, finished or not. */
  public StageDirectory directory(String stage) {
    return plan.steps().stream()
        .filter(step -> step.name().equals(stage))
        .findFirst()
        .map(Step::directory)
        .orElseThrow();
  }

  /** The manifest of a stage, when it is finished. */
  public Optional<Manifest> manifest(String stage) {
    return plan.steps().stream()
        .filter(step -> step.name().equals(stage))
        .findFirst()
        .flatMap(Step::manifest);
  }

  private Optional<Failure> failure() {
    return root().text(Failure.FILE).map(json -> Json.read(json, Failure.class));
  }
}
