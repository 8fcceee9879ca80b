package io.gradus.jobs.pipeline;

import io.gradus.common.job.Console;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkStatusTracker;

/**
 * Shows how far the current Spark stage is, for stages of the pipeline that do not count their work
 * themselves: from the share of tasks done follow the tokens that went through, tokens per second
 * and the time left of this step.
 */
final class TaskProgress implements AutoCloseable {
  private final Thread thread;

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
    thread =
        new Thread(
            () -> show(stage, tokens, tracker, console, clock, interval), "gradus-tasks-" + stage);
    thread.setDaemon(true);
    thread.start();
  }

  private static void show(
      String stage,
      long tokens,
      JavaSparkStatusTracker tracker,
      Console console,
      Clock clock,
      Duration interval) {
    int current = -1;
    Instant started = clock.instant();
    try {
      while (true) {
        Thread.sleep(interval.toMillis());
        SparkStageInfo step = activeStep(tracker);
        if (step == null || console.showsProgress()) {
          continue;
        }
        if (step.stageId() != current) {
          current = step.stageId();
          started = clock.instant().minus(interval);
        }
        console.line(line(stage, step, tokens, Duration.between(started, clock.instant())));
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private static SparkStageInfo activeStep(JavaSparkStatusTracker tracker) {
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

  private static String line(String stage, SparkStageInfo step, long tokens, Duration elapsed) {
    double share = (double) step.numCompletedTasks() / Math.max(1, step.numTasks());
    double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
    String left =
        share > 0
            ? Console.duration(Duration.ofSeconds(Math.round(seconds * (1 - share) / share)))
                + " left"
            : "time left not yet known";
    return String.format(
        Locale.ROOT,
        "  %-9s %3.0f %% of this step  %s%s",
        stage,
        100 * share,
        tokens > 0
            ? String.format(
                Locale.ROOT, "about %,d tokens/s  ", Math.round(share * tokens / seconds))
            : "",
        left);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
