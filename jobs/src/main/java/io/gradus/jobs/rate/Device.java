package io.gradus.jobs.rate;

import io.gradus.common.configuration.Section;
import io.gradus.common.job.UserMistake;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * What a session runs on.
 *
 * @param index of the GPU as CUDA counts in this process; 0 for the processor
 */
record Device(DeviceConfig.Provider provider, int index) {
  /**
   * Spark's name for GPUs in {@code spark.executor.resource.*} and {@code spark.task.resource.*}.
   */
  private static final String RESOURCE = "gpu";

  static final Device CPU = new Device(DeviceConfig.Provider.CPU, 0);

  /**
   * The device of the task that calls, or of this process where there is no task or the master is
   * local: Spark assigns GPUs only to executors that are processes of their own.
   *
   * @throws UserMistake when Spark has not assigned exactly one GPU
   */
  static Device assigned(DeviceConfig config) {
    if (config.provider() == DeviceConfig.Provider.CPU) {
      return CPU;
    }
    TaskContext task = TaskContext.get();
    if (task == null || local(SparkEnv.get().conf())) {
      return new Device(config.provider(), config.index());
    }
    return assigned(config, task.resourcesJMap());
  }

  /** The device among a task's resources. */
  static Device assigned(DeviceConfig config, Map<String, ResourceInformation> resources) {
    ResourceInformation assigned = resources.get(RESOURCE);
    if (assigned == null || assigned.addresses().length == 0) {
      throw notScheduled(config);
    }
    String[] addresses = assigned.addresses();
    if (addresses.length > 1) {
      throw new UserMistake(
          setting(config)
              + ", but Spark gave one task the GPUs "
              + Arrays.toString(addresses)
              + ", and a task rates on one. Set spark.task.resource.gpu.amount to 1, or to 1 divided"
              + " by the tasks that share a GPU.");
    }
    if (!addresses[0].matches("\\d{1,4}")) {
      throw new UserMistake(
          setting(config)
              + ", but the discovery script names a GPU '"
              + addresses[0]
              + "'. It must print CUDA's indexes, such as {\"name\": \"gpu\", \"addresses\":"
              + " [\"0\"]}.");
    }
    return new Device(config.provider(), Integer.parseInt(addresses[0]));
  }

  /**
   * Whether the driver is the process that rates, so that a model can be opened there.
   *
   * @throws UserMistake when Spark is not set to give GPUs to tasks that need them
   */
  static boolean onDriver(SparkConf spark, DeviceConfig config) {
    if (config.provider() == DeviceConfig.Provider.CPU || local(spark)) {
      return true;
    }
    if (!(spark.contains("spark.executor.resource." + RESOURCE + ".amount")
        && spark.contains("spark.task.resource." + RESOURCE + ".amount"))) {
      throw notScheduled(config);
    }
    return false;
  }

  private static boolean local(SparkConf spark) {
    String master = spark.get("spark.master", "");
    return master.equals("local") || master.startsWith("local[");
  }

  private static UserMistake notScheduled(DeviceConfig config) {
    return new UserMistake(
        setting(config)
            + ", but Spark assigns no GPU to tasks. Set spark.executor.resource.gpu.amount=1,"
            + " spark.task.resource.gpu.amount=1 (or 1 divided by the tasks that share a GPU) and a"
            + " discovery script, spark.executor.resource.gpu.discoveryScript (on a standalone"
            + " cluster the workers' spark.worker.resource.gpu.amount and"
            + " spark.worker.resource.gpu.discoveryScript); or set rate.device.provider = cpu.");
  }

  private static String setting(DeviceConfig config) {
    return "rate.device.provider = " + Section.name(config.provider());
  }

  boolean isGpu() {
    return provider != DeviceConfig.Provider.CPU;
  }

  /** For metrics and manifests, such as {@code cpu} or {@code gpu 3}. */
  String label() {
    return isGpu() ? "gpu " + index : "cpu";
  }
}
