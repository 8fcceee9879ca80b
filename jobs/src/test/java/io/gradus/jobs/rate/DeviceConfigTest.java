package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import org.junit.jupiter.api.Test;

class DeviceConfigTest {
  private final Problems problems = new Problems();

  private DeviceConfig read(String text) {
    return DeviceConfig.read(
        Section.root(ConfigFactory.parseString("device { " + text + " }"), problems)
            .section("device"));
  }

  @Test
  void theProcessorIsTheDefault() {
    assertThat(read("")).isEqualTo(DeviceConfig.DEFAULT);
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void everyKey() {
    assertThat(read("provider = cuda, index = 2, memory = 12GiB, cudnn = unused"))
        .isEqualTo(
            new DeviceConfig(
                DeviceConfig.Provider.CUDA, 2, 12L << 30, DeviceConfig.Cudnn.UNUSED, ""));
    assertThat(read("provider = tensorrt, engine-cache = \"/var/engines\""))
        .isEqualTo(
            new DeviceConfig(
                DeviceConfig.Provider.TENSORRT, 0, 0, DeviceConfig.Cudnn.REQUIRED, "/var/engines"));
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void settingsOfGpusAreNotSilentlyIgnoredOnTheProcessor() {
    read("memory = 1GiB, index = 1");
    assertThat(problems.messages())
        .hasSize(2)
        .allSatisfy(
            problem ->
                assertThat(problem)
                    .contains("is for GPUs; set provider to cuda or tensorrt beside it"));
  }

  @Test
  void tensorRtNeedsItsFolderOnADisk() {
    read("provider = tensorrt");
    read("provider = tensorrt, engine-cache = \"s3a://bucket/engines\", cudnn = unused");
    assertThat(problems.messages())
        .hasSize(3)
        .anySatisfy(problem -> assertThat(problem).contains("engine-cache", "missing; give a"))
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .contains(
                        "'s3a://bucket/engines' must be a folder on the executors' own disks"))
        .anySatisfy(
            problem -> assertThat(problem).contains("TensorRT's provider is linked against cuDNN"));
  }

  @Test
  void aMisspeltProviderIsTold() {
    read("provider = cudda");
    assertThat(problems.messages())
        .singleElement()
        .asString()
        .contains("'cudda' is not one of cpu, cuda, tensorrt; did you mean 'cuda'?");
  }
}
