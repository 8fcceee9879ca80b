package io.gradus.jobs.pipeline;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.common.workspace.Workspace;
import io.gradus.jobs.pipeline.Plan.Step;
import io.gradus.jobs.pipeline.Stage.Inputs;
import io.gradus.jobs.pipeline.Stage.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
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

  private Pipeline(PipelineConfig config, Workspace workspace, Plan plan) {
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

  /** The names of all stages, in order. */
  public List<String> stages() {
    return plan.steps().stream().map(Step::name).toList();
  }

  /** Whether a stage and all that it needs are finished already. */
  public boolean finished(String last) {
    return plan.upTo(last).steps().stream().allMatch(step -> step.manifest().isPresent());
  }

  /** For each stage whether it would run, and why. */
  public List<String> explain() {
    return Explanation.of(plan, workspace);
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
   * Runs what is not there yet, in a workspace that is prepared.
   *
   * @param last the last stage to run
   */
  public void run(JobContext context, String last) {
    StageDirectory root = new StageDirectory(workspace.root(), context.hadoop());
    String current = "";
    try {
      Map<String, StageDirectory> directories = new TreeMap<>();
      Map<String, Manifest> manifests = new TreeMap<>();
      for (Step step : plan.upTo(last).steps()) {
        current = step.name();
        Optional<Manifest> there = step.manifest();
        Manifest manifest =
            there.isPresent()
                ? there.get()
                : run(context, step, new Inputs(directories, manifests));
        directories.put(step.name(), step.directory());
        manifests.put(step.name(), manifest);
        context.console().line(line(manifest, there.isPresent()));
      }
      root.delete(Failure.FILE);
    } catch (RuntimeException | Error e) {
      root.writeText(Failure.FILE, Json.write(Failure.of(current, e)));
      throw e;
    }
  }

  private Manifest run(JobContext context, Step step, Inputs inputs) {
    context.console().line(String.format("%-10s ...", step.name()));
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.session().sparkContext());
    spark.setJobGroup("gradus-" + step.name(), "Gradus " + step.name());
    Instant started = context.clock().instant();
    TaskProgress progress = taskProgress(context, step, inputs, spark);
    Outcome outcome;
    try {
      outcome = step.stage().body().run(context, inputs, step.directory());
    } finally {
      progress.close();
      spark.clearJobGroup();
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
            .map(input -> inputs.manifests().get(input).result().path("table").path("tokens"))
            .mapToLong(count -> count.asLong(0))
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

  /** What there is, stage by stage, and where shards, plan and report lie. */
  public List<String> status() {
    List<String> lines = new ArrayList<>();
    lines.add("Pipeline " + config.name() + " in " + workspace.root());
    for (Step step : plan.steps()) {
      lines.add(
          step.manifest()
              .map(manifest -> "  " + line(manifest, false))
              .orElseGet(
                  () ->
                      String.format(
                          "  %-10s %s",
                          step.name(),
                          step.directory().exists()
                              ? "interrupted; the next run continues"
                              : "not yet")));
    }
    places().forEach((what, where) -> lines.add(String.format("%-8s %s", what + ":", where)));
    failure()
        .ifPresent(
            failure ->
                lines.add(
                    "The last run failed"
                        + (failure.stage().isEmpty() ? "" : " in " + failure.stage())
                        + ": "
                        + failure.message()));
    return lines;
  }

  /** Where the finished shards, plan and report lie, by what they are. */
  public Map<String, String> places() {
    Map<String, String> places = new LinkedHashMap<>();
    for (Step step : plan.steps()) {
      if (step.manifest().isPresent()) {
        String directory = readable(step.directory().path().toString());
        switch (step.name()) {
          case "pack" -> places.put("Shards", directory);
          case "advise" -> places.put("Plan", directory + "/plan.json");
          case "report" -> places.put("Report", directory + "/report.html");
          default -> {}
        }
      }
    }
    return places;
  }

  /** The manifest of a stage, when it is finished. */
  public Optional<Manifest> manifest(String stage) {
    return plan.steps().stream()
        .filter(step -> step.name().equals(stage))
        .findFirst()
        .flatMap(Step::manifest);
  }

  private Optional<Failure> failure() {
    return new StageDirectory(workspace.root(), workspace.hadoop())
        .text(Failure.FILE)
        .map(json -> Json.read(json, Failure.class));
  }

  private static String readable(String uri) {
    return uri.startsWith("file:/") ? uri.substring("file:".length()) : uri;
  }
}
