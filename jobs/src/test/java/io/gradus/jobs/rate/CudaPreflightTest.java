package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaPreflightTest {
  private static final DeviceConfig CUDA =
      new DeviceConfig(DeviceConfig.Provider.CUDA, 0, 0, DeviceConfig.Cudnn.REQUIRED, "");
  private static final DeviceConfig WITHOUT_CUDNN =
      new DeviceConfig(DeviceConfig.Provider.CUDA, 0, 0, DeviceConfig.Cudnn.UNUSED, "");
  private static final DeviceConfig TENSORRT =
      new DeviceConfig(DeviceConfig.Provider.TENSORRT, 0, 0, DeviceConfig.Cudnn.REQUIRED, "/e");
  private static final CudaPreflight.OnnxRuntime GPU_BUILD =
      new CudaPreflight.OnnxRuntime(
          "1.28.0",
          Set.of(OrtProvider.CPU, OrtProvider.CUDA, OrtProvider.TENSOR_RT),
          "/jars/onnxruntime_gpu-1.28.0.jar");

  @TempDir Path root;

  private static CudaPreflight look(FakeMachine machine, DeviceConfig config) {
    return CudaPreflight.of(
        new Device(config.provider(), 3), config, GPU_BUILD, machine.libraries());
  }

  @Test
  void aWholeMachinePassesAndTellsWhatItHas() throws IOException {
    CudaPreflight preflight = look(FakeMachine.withCuda(root), CUDA);
    assertThatCode(preflight::check).doesNotThrowAnyException();
    assertThat(preflight.found())
        .contains(
            "/dev/nvidia0",
            "driver 550.54.15",
            "libcudart.so.12 12.4.127 (" + root + "/cuda/libcudart.so.12)",
            "libcudnn.so.9 9.1.0 (" + root + "/cuda/libcudnn.so.9)");
  }

  @Test
  void aMissingLibraryIsToldWithFoundNeededAndLookedIn() throws IOException {
    FakeMachine machine = FakeMachine.withCuda(root).without("/cuda/libcurand.so.10");
    assertThatThrownBy(() -> look(machine, CUDA).check())
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith("rate.device.provider = cuda cannot work on gpu 3 of ")
        .hasMessageContainingAll(
            ": libcurand.so.10 (CUDA 12) is missing.",
            "Needed: ONNX Runtime with CUDAExecutionProvider, an NVIDIA GPU with driver 525 or"
                + " newer, libcuda.so.1 (the driver), libcudart.so.12 (CUDA 12),",
            "libcudnn.so.9 (cuDNN 9)",
            "Found: ONNX Runtime 1.28.0 with ",
            "libcublas.so.12 12.4.5.8 (" + root + "/cuda/libcublas.so.12)",
            "Looked in: LD_LIBRARY_PATH (/cuda), /etc/ld.so.cache (none),"
                + " /usr/lib/x86_64-linux-gnu, /usr/lib",
            "spark.executor.extraLibraryPath",
            "rate.device.provider = cpu");
  }

  @Test
  void anotherMajorVersionIsNamedAsSuch() throws IOException {
    FakeMachine machine =
        FakeMachine.withCuda(root)
            .without("/cuda/libcudart.so.12")
            .library("/cuda/libcudart.so.11.0", "libcudart.so.11.8.89")
            .without("/cuda/libcudnn.so.9")
            .library("/cuda/libcudnn.so.8", "libcudnn.so.8.9.7");
    assertThat(look(machine, CUDA).problems())
        .containsExactly(
            String.format(
                "libcudart.so.12 (CUDA 12) is missing, and [%1$s/libcudart.so.11.0,"
                    + " %1$s/libcudart.so.11.8.89] is another version",
                root.resolve("cuda")),
            String.format(
                "libcudnn.so.9 (cuDNN 9) is missing, and [%1$s/libcudnn.so.8,"
                    + " %1$s/libcudnn.so.8.9.7] is another version",
                root.resolve("cuda")));
  }

  @Test
  void aLinkToAnotherVersionDoesNotPass() throws IOException {
    FakeMachine machine =
        FakeMachine.withCuda(root)
            .without("/cuda/libcublas.so.12")
            .library("/cuda/libcublas.so.12", "libcublas.so.11.11.3");
    assertThat(look(machine, CUDA).problems())
        .containsExactly(root + "/cuda/libcublas.so.12 leads to version 11.11.3 instead of 12");
  }

  @Test
  void aFileThatIsNoLibraryDoesNotPass() throws IOException {
    FakeMachine machine =
        FakeMachine.withCuda(root)
            .without("/cuda/libcudnn.so.9")
            .file("/cuda/libcudnn.so.9", "<html>".getBytes(StandardCharsets.UTF_8));
    assertThat(look(machine, CUDA).problems())
        .containsExactly(root + "/cuda/libcudnn.so.9 is no library for 64-bit x86 processors");
  }

  @Test
  void anOldDriverIsTold() throws IOException {
    FakeMachine machine =
        FakeMachine.withCuda(root)
            .without("/usr/lib/x86_64-linux-gnu/libcuda.so.1")
            .driver("470.82.01");
    assertThat(look(machine, CUDA).problems())
        .containsExactly("driver 470.82.01 is too old for CUDA 12, which needs 525");
  }

  @Test
  void aNewerDriverLibraryOverAnOldKernelModuleCounts() throws IOException {
    FakeMachine machine =
        FakeMachine.withCuda(root)
            .without("/usr/lib/x86_64-linux-gnu/libcuda.so.1")
            .driver("470.82.01")
            .library("/cuda/libcuda.so.1", "libcuda.so.535.54.03");
    assertThat(look(machine, CUDA).problems()).isEmpty();
  }

  @Test
  void theKernelModuleTellsTheVersionOfALibraryThatDoesNot() throws IOException {
    FakeMachine machine =
        FakeMachine.withCuda(root)
            .without("/usr/lib/x86_64-linux-gnu/libcuda.so.1")
            .driver("470.82.01")
            .library("/cuda/libcuda.so.1", "libcuda.so.1");
    assertThat(look(machine, CUDA).found()).contains("driver 470.82.01");
  }

  @Test
  void aMachineWithoutAGpuIsTold() {
    assertThat(look(new FakeMachine(root), CUDA).problems())
        .startsWith(
            "there is no GPU (/dev/nvidia0 and so on)", "libcuda.so.1 (the driver) is missing")
        .hasSize(7);
  }

  @Test
  void cudnnIsOnlyNeededWhereItIsUsed() throws IOException {
    FakeMachine machine = FakeMachine.withCuda(root).without("/cuda/libcudnn.so.9");
    assertThat(look(machine, WITHOUT_CUDNN).problems()).isEmpty();
    assertThat(look(machine, CUDA).problems())
        .containsExactly("libcudnn.so.9 (cuDNN 9) is missing");
  }

  @Test
  void tensorRtNeedsItsOwnLibrariesToo() throws IOException {
    FakeMachine machine = FakeMachine.withCuda(root);
    assertThat(look(machine, TENSORRT).problems())
        .containsExactly(
            "libnvinfer.so.10 (TensorRT 10) is missing",
            "libnvonnxparser.so.10 (TensorRT 10) is missing");
    machine.library("/cuda/libnvinfer.so.10", "libnvinfer.so.10.9.0");
    machine.library("/cuda/libnvonnxparser.so.10", "libnvonnxparser.so.10.9.0");
    assertThat(look(machine, TENSORRT).problems()).isEmpty();
  }

  @Test
  void theBuildForProcessorsIsToldWithTheRemedy() throws IOException {
    CudaPreflight.OnnxRuntime cpuBuild =
        new CudaPreflight.OnnxRuntime(
            "1.28.0", Set.of(OrtProvider.CPU), "/jars/onnxruntime-1.28.0.jar");
    CudaPreflight preflight =
        CudaPreflight.of(
            new Device(DeviceConfig.Provider.CUDA, 3),
            CUDA,
            cpuBuild,
            FakeMachine.withCuda(root).libraries());
    assertThat(preflight.problems())
        .containsExactly(
            "this Gradus has ONNX Runtime's build without CUDAExecutionProvider; build Gradus with"
                + " mvn -Pgpu");
    assertThat(preflight.found())
        .startsWith(
            "ONNX Runtime 1.28.0 with [CPUExecutionProvider] (/jars/onnxruntime-1.28.0.jar)");
  }

  @Test
  void theLibrariesWereReadFromTheVersionOnTheClassPath() {
    // When this fails, read the NEEDED entries of the new version's providers into CudaPreflight.
    assertThat(OrtEnvironment.getEnvironment().getVersion())
        .startsWith(CudaPreflight.READ_FROM + ".");
  }
}
