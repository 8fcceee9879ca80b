package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.common.spark.LocalSpark;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
  private static final DeviceConfig CUDA =
      new DeviceConfig(DeviceConfig.Provider.CUDA, 5, 0, DeviceConfig.Cudnn.REQUIRED, "");

  private static Map<String, ResourceInformation> gpus(String... addresses) {
    return Map.of("gpu", new ResourceInformation("gpu", addresses));
  }

  @Test
  void theProcessorNeedsNoAssignment() {
    assertThat(Device.assigned(DeviceConfig.DEFAULT)).isEqualTo(Device.CPU);
    assertThat(Device.CPU.label()).isEqualTo("cpu");
    assertThat(Device.CPU.isGpu()).isFalse();
  }

  @Test
  void theAddressThatSparkGaveIsTheIndex() {
    Device device = Device.assigned(CUDA, gpus("3"));
    assertThat(device).isEqualTo(new Device(DeviceConfig.Provider.CUDA, 3));
    assertThat(device.label()).isEqualTo("gpu 3");
    assertThat(device.isGpu()).isTrue();
  }

  @Test
  void withALocalMasterTheConfiguredIndexCounts() {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
    List<Integer> inTasks =
        spark.parallelize(List.of(1, 2), 2).map(i -> Device.assigned(CUDA).index()).collect();
    assertThat(inTasks).containsExactly(5, 5);
    assertThat(Device.assigned(CUDA).index()).isEqualTo(5);
  }

  @Test
  void withoutTheResourceTheSettingsAreNamed() {
    assertThatThrownBy(() -> Device.assigned(CUDA, Map.of()))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll(
            "rate.device.provider = cuda",
            "spark.executor.resource.gpu.amount=1",
            "spark.task.resource.gpu.amount=1",
            "spark.executor.resource.gpu.discoveryScript",
            "spark.worker.resource.gpu.discoveryScript",
            "rate.device.provider = cpu");
  }

  @Test
  void severalGpusForOneTaskAreRefused() {
    assertThatThrownBy(() -> Device.assigned(CUDA, gpus("0", "1")))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll("the GPUs [0, 1]", "Set spark.task.resource.gpu.amount to 1");
  }

  @Test
  void anAddressThatIsNoIndexIsRefused() {
    assertThatThrownBy(() -> Device.assigned(CUDA, gpus("MIG-4f1a")))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll("names a GPU 'MIG-4f1a'", "must print CUDA's indexes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "local[4]", "local[*]"})
  void aLocalDriverRatesItself(String master) {
    assertThat(Device.onDriver(new SparkConf(false).setMaster(master), CUDA)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"local-cluster[2,1,512]", "yarn", "spark://host:7077", "k8s://host"})
  void aClustersDriverNeedsTheSettingsAndNoGpu(String master) {
    SparkConf spark = new SparkConf(false).setMaster(master);
    assertThat(Device.onDriver(spark, DeviceConfig.DEFAULT)).isTrue();
    spark.set("spark.executor.resource.gpu.amount", "1");
    assertThatThrownBy(() -> Device.onDriver(spark, CUDA))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("spark.task.resource.gpu.amount=1");
    spark.set("spark.task.resource.gpu.amount", "0.25");
    assertThat(Device.onDriver(spark, CUDA)).isFalse();
  }
}
