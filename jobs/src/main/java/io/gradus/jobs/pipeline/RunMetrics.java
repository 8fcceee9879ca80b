package io.gradus.jobs.pipeline;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.gradus.common.job.Pace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * How far each stage is, for Spark's metrics system: {@code
 * <application>.driver.gradus.<stage>.<metric>} in whatever sinks {@code metrics.properties} names.
 * What is not known is NaN.
 */
final class RunMetrics implements Source, AutoCloseable {
  private static final Pace UNKNOWN = new Pace(null, 0, Double.NaN, null);

  private final MetricRegistry registry = new MetricRegistry();
  private final Map<String, Supplier<Optional<Pace>>> paces = new ConcurrentHashMap<>();

  private RunMetrics(List<String> stages) {
    for (String stage : stages) {
      gauge(stage, "share", pace -> pace.share() == null ? Double.NaN : pace.share());
      gauge(stage, "tokens", Pace::tokens);
      gauge(stage, "tokensPerSecond", Pace::tokensPerSecond);
      gauge(
          stage,
          "secondsLeft",
          pace -> pace.secondsLeft() == null ? Double.NaN : pace.secondsLeft());
    }
  }

  private void gauge(String stage, String metric, ToDoubleFunction<Pace> value) {
    registry.register(
        stage + "." + metric,
        (Gauge<Double>) () -> value.applyAsDouble(paces.get(stage).get().orElse(UNKNOWN)));
  }

  /** Makes a run's stages known to the driver's metrics system, none of them begun. */
  static RunMetrics register(List<String> stages) {
    RunMetrics metrics = new RunMetrics(stages);
    Pace before = new Pace(0.0, 0, Double.NaN, null);
    stages.forEach(stage -> metrics.paces.put(stage, () -> Optional.of(before)));
    SparkEnv.get().metricsSystem().registerSource(metrics);
    return metrics;
  }

  /**
   * A stage begins.
   *
   * @param pace asked whenever the metrics are read
   */
  void enter(String stage, Supplier<Optional<Pace>> pace) {
    paces.put(stage, pace);
  }

  /**
   * A stage has been finished, now or by an earlier run.
   *
   * @param tokens that its table has
   */
  void finished(String stage, long tokens) {
    Pace done = new Pace(1.0, tokens, Double.NaN, 0L);
    paces.put(stage, () -> Optional.of(done));
  }

  @Override
  public void close() {
    // A context that was stopped meanwhile has none.
    if (SparkEnv.get() != null) {
      SparkEnv.get().metricsSystem().removeSource(this);
    }
  }

  @Override
  public String sourceName() {
    return "gradus";
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }
}
