package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.gradus.common.job.UserMistake;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExecutionProvidersTest {
  private static final ExecutionProviders PROVIDERS =
      new ExecutionProviders("digest", "fp16", 256, 512, 16_384);

  @Test
  void nothingIsAddedForTheProcessor() throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      PROVIDERS.add(
          options, Device.CPU, DeviceConfig.DEFAULT, ExecutionProviders.Engines.BUILT_WHEN_MISSING);
      assertThat(options.getConfigEntries()).isEmpty();
    }
  }

  @Test
  void aGpuThatIsNotThereIsAMistakeAndNotTheProcessor() {
    DeviceConfig config =
        new DeviceConfig(DeviceConfig.Provider.CUDA, 0, 0, DeviceConfig.Cudnn.REQUIRED, "");
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      assertThatThrownBy(
              () ->
                  PROVIDERS.add(
                      options,
                      new Device(DeviceConfig.Provider.CUDA, 0),
                      config,
                      ExecutionProviders.Engines.BUILT_WHEN_MISSING))
          .isInstanceOf(UserMistake.class)
          .hasMessageContainingAll(
              "rate.device.provider = cuda cannot work on gpu 0 of ",
              "Needed: ",
              "Found: ",
              "Looked in: ");
    }
  }

  @Test
  void cudaIsSetToTheSameKernelsAndBitsEachTime() {
    DeviceConfig config =
        new DeviceConfig(DeviceConfig.Provider.CUDA, 0, 8L << 30, DeviceConfig.Cudnn.UNUSED, "");
    assertThat(ExecutionProviders.cuda(config))
        .containsEntry("gpu_mem_limit", "8589934592")
        .containsEntry("arena_extend_strategy", "kSameAsRequested")
        .containsEntry("do_copy_in_default_stream", "1")
        .containsEntry("cudnn_conv_algo_search", "HEURISTIC")
        .containsEntry("use_tf32", "0")
        .containsEntry("enable_cudnn", "0");
    assertThat(ExecutionProviders.cuda(DeviceConfig.DEFAULT))
        .doesNotContainKeys("gpu_mem_limit", "enable_cudnn");
  }

  @Test
  void tensorRtGetsOneProfileForAllBatches() {
    assertThat(PROVIDERS.tensorRt(Path.of("/engines/digest")))
        .containsEntry("trt_fp16_enable", "1")
        .containsEntry("trt_engine_cache_path", "/engines/digest")
        .containsEntry(
            "trt_profile_min_shapes", "input_ids:1x1,attention_mask:1x1,token_type_ids:1x1")
        .containsEntry(
            "trt_profile_opt_shapes",
            "input_ids:32x512,attention_mask:32x512,token_type_ids:32x512")
        .containsEntry(
            "trt_profile_max_shapes",
            "input_ids:256x512,attention_mask:256x512,token_type_ids:256x512");
    assertThat(new ExecutionProviders("digest", "fp32", 4, 512, 100).tensorRt(Path.of("/e")))
        .containsEntry("trt_fp16_enable", "0")
        .containsEntry(
            "trt_profile_opt_shapes", "input_ids:1x512,attention_mask:1x512,token_type_ids:1x512");
  }
}
