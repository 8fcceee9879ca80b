package io.gradus.jobs.rate;

import io.gradus.common.job.UserMistake;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;

/**
 * Looks, on the executors that are there and get a task, whether the assigned device can work: the
 * first thing that a job does, so that a wrong cluster is known before anything is rated. Every
 * other executor is looked at when it opens its first model.
 */
record DeviceCheck(DeviceConfig config) implements VoidFunction<Integer> {

  /**
   * Checks the driver where it rates itself, and else the executors.
   *
   * @throws UserMistake when Spark assigns no GPU, or a machine lacks what the provider needs
   */
  static void run(JavaSparkContext spark, DeviceConfig config) {
    if (config.provider() == DeviceConfig.Provider.CPU) {
      return;
    }
    if (Device.onDriver(spark.getConf(), config)) {
      new DeviceCheck(config).check();
      return;
    }
    int tasks = Math.max(1, spark.defaultParallelism());
    List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
    spark.setJobDescription("rate: devices");
    try {
      spark.parallelize(numbers, tasks).foreach(new DeviceCheck(config));
    } catch (Exception e) {
      throw RateJob.mistakeIn(e);
    } finally {
      spark.setJobDescription(null);
    }
  }

  @Override
  public void call(Integer number) {
    check();
  }

  private void check() {
    CudaPreflight.ofThisMachine(Device.assigned(config), config).check();
  }
}
