package io.gradus.jobs.rate;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * What a session has done in this executor, for Spark's metrics system: {@code
 * <application>.<executor>.gradus.rating.<rater>.<device>.<metric>} in whatever sinks {@code
 * metrics.properties} names.
 */
final class RatingMetrics implements Source {
  private final MetricRegistry registry = new MetricRegistry();
  private final String name;
  private final OnnxRater rater;
  private final long since = System.nanoTime();

  private RatingMetrics(String name, OnnxRater rater) {
    this.name = name;
    this.rater = rater;
    gauge("documents", RatingWork::documents);
    gauge("tokens", RatingWork::tokens);
    gauge("raterTokens", RatingWork::raterTokens);
    gauge("raterTokensPerSecond", done -> done.raterTokens() / seconds());
    gauge("paddingShare", RatingWork::paddingShare);
    gauge("batches", RatingWork::batches);
    gauge("halvings", RatingWork::halvings);
    gauge("busySeconds", done -> done.busyNanos() / 1e9);
    gauge("queueWaitSeconds", done -> done.waitNanos() / 1e9);
    registry.register("queuedBatches", (Gauge<Integer>) rater.queue()::waiting);
    registry.register("batchTokens", (Gauge<Integer>) rater.queue()::batchTokens);
  }

  private void gauge(String metric, ToDoubleFunction<RatingWork> value) {
    registry.register(metric, (Gauge<Double>) () -> value.applyAsDouble(rater.work()));
  }

  private double seconds() {
    return Math.max(1e-3, (System.nanoTime() - since) / 1e9);
  }

  /** Makes a session's numbers known to this executor's metrics system. */
  static RatingMetrics register(OnnxRater rater, String raterName) {
    String name =
        "gradus.rating."
            + raterName.replaceAll("[^A-Za-z0-9_-]", "_")
            + "."
            + rater.device().replace(' ', '_');
    RatingMetrics metrics = new RatingMetrics(name, rater);
    SparkEnv.get().metricsSystem().registerSource(metrics);
    return metrics;
  }

  /** Forgets a session that is closed. */
  void remove() {
    // An executor that is going down has none.
    if (SparkEnv.get() != null) {
      SparkEnv.get().metricsSystem().removeSource(this);
    }
  }

  @Override
  public String sourceName() {
    return name;
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }
}
