package io.gradus.jobs.rate;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Chooses how sessions are fed, from the configuration and from what executors have. */
record Engine(EngineSettings settings, long windowCharacters) {
  private static final int CPU_BATCH_TOKENS = 4096;

  /** Looks at the configuration and at the executors' cores. */
  static Engine of(RateConfig config, JavaSparkContext spark) {
    SparkConf conf = spark.getConf();
    int taskCores = conf.getInt("spark.task.cpus", 1);
    int cores =
        conf.getInt(
            "spark.executor.cores", spark.isLocal() ? spark.defaultParallelism() : taskCores);
    int batchTokens = config.batchTokens() == 0 ? CPU_BATCH_TOKENS : config.batchTokens();
    return new Engine(
        new EngineSettings(batchTokens, 1, Math.max(1, cores / taskCores), taskCores),
        config.windowCharacters());
  }

  /** What of it the last bits of scores depend on. */
  Map<String, Object> fingerprint() {
    return Map.of(
        "batchTokens",
        settings.batchTokens(),
        "lengthStep",
        settings.lengthStep(),
        "windowCharacters",
        windowCharacters);
  }
}
