package io.gradus.jobs.rate;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What executors have rated so far: what ended tasks have added up, and of running tasks what their
 * last heartbeat said.
 */
final class RatingWatch extends SparkListener {
  private final RatingProgress ended;
  private final Consumer<RatingWatch> news;
  private final Map<Long, Map<?, ?>> running = new HashMap<>();

  /**
   * A watch over work that {@code ended} adds up.
   *
   * @param news told whenever more is known
   */
  RatingWatch(RatingProgress ended, Consumer<RatingWatch> news) {
    this.ended = ended;
    this.news = news;
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    CollectionConverters.asJava(update.accumUpdates())
        .forEach(
            task -> {
              for (AccumulableInfo info : CollectionConverters.asJava(task._4())) {
                if (info.id() == ended.id() && info.update().isDefined()) {
                  running.put((Long) task._1(), (Map<?, ?>) info.update().get());
                }
              }
            });
    news.accept(this);
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    running.remove(end.taskInfo().taskId());
    news.accept(this);
  }

  /** Work by executor and device. */
  synchronized Map<RatingProgress.Place, RatingWork> work() {
    Map<RatingProgress.Place, RatingWork> work = new TreeMap<>(ended.value());
    for (Map<?, ?> task : running.values()) {
      task.forEach(
          (place, done) ->
              work.merge((RatingProgress.Place) place, (RatingWork) done, RatingWork::plus));
    }
    return work;
  }

  /** What a rater has quarantined so far. */
  long quarantined(PlannedRater rater) {
    return work().entrySet().stream()
        .filter(done -> done.getKey().rater().equals(rater.folder()))
        .mapToLong(done -> done.getValue().quarantined())
        .sum();
  }

  /** Work of all executors together. */
  RatingWork total() {
    return work().values().stream().reduce(RatingWork.NONE, RatingWork::plus);
  }
}
