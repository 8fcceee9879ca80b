package io.gradus.jobs.rate;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Chooses how sessions are fed, from the configuration and from what executors have. */
record Engine(EngineSettings settings, DeviceConfig.Provider provider, long windowCharacters) {
  /**
   * One chunk a run: on a CPU larger batches are slower (docs/benchmarks.md), and so no score
   * depends on another document.
   */
  private static final int CPU_BATCH_TOKENS = 1;

  private static final int GPU_BATCH_TOKENS = 16_384;
  private static final int GPU_LENGTH_STEP = 64;

  /** One batch runs while the next one is put into its buffers. */
  private static final int GPU_RUNS = 2;

  /** Looks at the configuration and at the executors' cores. */
  static Engine of(RateConfig config, JavaSparkContext spark) {
    SparkConf conf = spark.getConf();
    int taskCores = conf.getInt("spark.task.cpus", 1);
    int cores =
        conf.getInt(
            "spark.executor.cores", spark.isLocal() ? spark.defaultParallelism() : taskCores);
    return new Engine(
        settings(config.device(), config.batchTokens(), cores, taskCores),
        config.device().provider(),
        config.windowCharacters());
  }

  /**
   * How a session is fed.
   *
   * @param batchTokens 0 for what suits the device
   * @param cores of an executor
   * @param taskCores of them for each task
   */
  static EngineSettings settings(DeviceConfig device, int batchTokens, int cores, int taskCores) {
    if (device.provider() == DeviceConfig.Provider.CPU) {
      return new EngineSettings(
          batchTokens == 0 ? CPU_BATCH_TOKENS : batchTokens,
          1,
          Math.max(1, cores / taskCores),
          taskCores);
    }
    return new EngineSettings(
        batchTokens == 0 ? GPU_BATCH_TOKENS : batchTokens, GPU_LENGTH_STEP, GPU_RUNS, 1);
  }

  /** What of it the last bits of scores depend on. */
  Map<String, Object> fingerprint() {
    return Map.of(
        "provider",
        provider,
        "batchTokens",
        settings.batchTokens(),
        "lengthStep",
        settings.lengthStep(),
        "windowCharacters",
        windowCharacters);
  }
}
