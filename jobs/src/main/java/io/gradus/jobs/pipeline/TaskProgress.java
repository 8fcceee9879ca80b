package io.gradus.jobs.pipeline;

import io.gradus.common.job.Console;
import io.gradus.common.job.Pace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkStatusTracker;

/**
 * Shows how far the current Spark stage is, for stages of the pipeline that do not count their work
 * themselves: from the share of tasks done follow the tokens that went through, tokens per second
 * and the time left of this step.
 */
final class TaskProgress implements AutoCloseable {
  private final String stage;
  private final long tokens;
  private final JavaSparkStatusTracker tracker;
  private final Console console;
  private final Clock clock;
  private final Thread thread;
  private int current = -1;
  private Instant started;

  /**
   * Starts to show.
   *
   * @param tokens how many tokens one step reads
   */
  TaskProgress(
      String stage,
      long tokens,
      JavaSparkStatusTracker tracker,
      Console console,
      Clock clock,
      Duration interval) {
    this.stage = stage;
    this.tokens = tokens;
    this.tracker = tracker;
    this.console = console;
    this.clock = clock;
    this.started = clock.instant();
    thread = new Thread(() -> show(interval), "gradus-tasks-" + stage);
    thread.setDaemon(true);
    thread.start();
  }

  private void show(Duration interval) {
    try {
      while (true) {
        Thread.sleep(interval.toMillis());
        if (!console.showsProgress()) {
          pace().ifPresent(pace -> console.line(line(pace)));
        }
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** The pace of the step that runs now. */
  synchronized Optional<Pace> pace() {
    SparkStageInfo step = activeStep();
    if (step == null) {
      return Optional.empty();
    }
    if (step.stageId() != current) {
      current = step.stageId();
      started = Instant.ofEpochMilli(step.submissionTime());
    }
    double share = (double) step.numCompletedTasks() / Math.max(1, step.numTasks());
    return Optional.of(
        Pace.of(
            step.numCompletedTasks(),
            Math.max(1, step.numTasks()),
            Math.round(share * tokens),
            Duration.between(started, clock.instant())));
  }

  private SparkStageInfo activeStep() {
    for (int id : tracker.getActiveJobIds()) {
      SparkJobInfo job = tracker.getJobInfo(id);
      if (job != null) {
        for (int stageId : job.stageIds()) {
          SparkStageInfo info = tracker.getStageInfo(stageId);
          if (info != null && info.numActiveTasks() > 0) {
            return info;
          }
        }
      }
    }
    return null;
  }

  private String line(Pace pace) {
    return String.format(
        Locale.ROOT,
        "  %-9s %s of this step  %s%s",
        stage,
        pace.shareText(),
        tokens > 0
            ? String.format(Locale.ROOT, "about %,d tokens/s  ", Math.round(pace.tokensPerSecond()))
            : "",
        pace.leftText());
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
