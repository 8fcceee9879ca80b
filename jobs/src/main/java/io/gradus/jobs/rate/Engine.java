package io.gradus.jobs.rate;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Chooses how sessions are fed, from the configuration and from what executors have. */
record Engine(
    EngineSettings settings,
    DeviceConfig.Provider provider,
    long windowCharacters,
    RateConfig.TakeOver takeOver) {
  /**
   * One chunk a run: on a CPU larger batches are slower (docs/benchmarks.md), and so no score
   * depends on another document.
   */
  private static final int CPU_BATCH_TOKENS = 1;

  private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+|\\*)[^\\]]*\\])?");
  private static final int GPU_BATCH_TOKENS = 16_384;
  private static final int GPU_LENGTH_STEP = 64;

  /** One batch runs while the next one is put into its buffers. */
  private static final int GPU_RUNS = 2;

  /** Looks at the configuration and at the executors' cores. */
  static Engine of(RateConfig config, JavaSparkContext spark) {
    SparkConf conf = spark.getConf();
    int taskCores = conf.getInt("spark.task.cpus", 1);
    return new Engine(
        settings(config.device(), config.batchTokens(), slots(conf, taskCores), taskCores),
        config.device().provider(),
        config.windowCharacters(),
        config.takeOver());
  }

  /**
   * How a session is fed.
   *
   * @param batchTokens 0 for what suits the device
   * @param slots how many tasks an executor runs at a time; 0 where only the executor knows
   * @param taskCores cores of each task
   */
  static EngineSettings settings(DeviceConfig device, int batchTokens, int slots, int taskCores) {
    if (device.provider() == DeviceConfig.Provider.CPU) {
      return new EngineSettings(
          batchTokens == 0 ? CPU_BATCH_TOKENS : batchTokens, 1, slots, taskCores);
    }
    return new EngineSettings(
        batchTokens == 0 ? GPU_BATCH_TOKENS : batchTokens, GPU_LENGTH_STEP, GPU_RUNS, 1);
  }

  /** How many tasks an executor runs at a time; 0 where all cores of its machine are its own. */
  private static int slots(SparkConf conf, int taskCores) {
    Matcher local = LOCAL.matcher(conf.get("spark.master", ""));
    if (local.matches()) {
      String threads = local.group(1);
      return threads == null ? 1 : threads.equals("*") ? 0 : Integer.parseInt(threads);
    }
    int cores = conf.getInt("spark.executor.cores", 0);
    return cores == 0 ? 0 : Math.max(1, cores / taskCores);
  }

  /** Whether each chunk has a run of its own, so that scores depend on no other document. */
  boolean ratesAlone(RaterDefinition.Batch batch) {
    return batch == RaterDefinition.Batch.SINGLE || settings.batchTokens() == 1;
  }

  /** Whether the scores of another documents table may be taken over. */
  boolean takesOver(RaterDefinition.Batch batch) {
    return ratesAlone(batch) || takeOver == RateConfig.TakeOver.ALL;
  }

  /** What of it the last bits of scores depend on. */
  Map<String, Object> fingerprint(RaterDefinition.Batch batch) {
    if (ratesAlone(batch)) {
      return Map.of("provider", provider);
    }
    return Map.of(
        "provider",
        provider,
        "batchTokens",
        settings.batchTokens(),
        "lengthStep",
        settings.lengthStep(),
        "windowCharacters",
        windowCharacters,
        "takeOver",
        takeOver);
  }
}
