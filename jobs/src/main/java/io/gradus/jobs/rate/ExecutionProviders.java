package io.gradus.jobs.rate;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Puts the session of a graph on its device. What is set keeps scores the same from run to run:
 * kernels are chosen by rule and not by timing, and float32 stays float32.
 *
 * @param digest of the bundle, which names its folder of TensorRT engines
 * @param precision of the graph's weights, such as {@code fp16}
 * @param rows the most chunks in a batch
 * @param positions the most tokens in a chunk, special ones too
 * @param tokens the most tokens in a batch
 */
record ExecutionProviders(String digest, String precision, int rows, int positions, int tokens) {
  /** The names under which graphs may take their inputs, all of the shape [rows, positions]. */
  private static final List<String> INPUTS =
      List.of("input_ids", "attention_mask", "token_type_ids");

  /** Where the engines of TensorRT are built, and where they must be there already. */
  enum Engines {
    BUILT_WHEN_MISSING,
    ONLY_READ
  }

  /**
   * Adds the device's providers to the options of a session; nothing for the processor.
   *
   * @throws UserMistake when ONNX Runtime cannot load a provider, with what the machine has and
   *     lacks
   */
  void add(OrtSession.SessionOptions options, Device device, DeviceConfig config, Engines engines) {
    if (!device.isGpu()) {
      return;
    }
    CudaPreflight preflight = CudaPreflight.ofThisMachine(device, config);
    preflight.check();
    try {
      if (device.provider() == DeviceConfig.Provider.TENSORRT) {
        Path folder = engines(config, engines);
        try (OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(device.index())) {
          for (Map.Entry<String, String> option : tensorRt(folder).entrySet()) {
            tensorRt.add(option.getKey(), option.getValue());
          }
          options.addTensorrt(tensorRt);
        }
      }
      try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device.index())) {
        for (Map.Entry<String, String> option : cuda(config).entrySet()) {
          cuda.add(option.getKey(), option.getValue());
        }
        options.addCUDA(cuda);
      }
    } catch (OrtException e) {
      throw preflight.mistake("ONNX Runtime says: " + e.getMessage().strip(), e);
    }
  }

  /** Options of ONNX Runtime's CUDA provider. */
  static Map<String, String> cuda(DeviceConfig config) {
    Map<String, String> options = new LinkedHashMap<>();
    if (config.memory() > 0) {
      options.put("gpu_mem_limit", Long.toString(config.memory()));
    }
    // Powers of two would take up to twice of what a batch needs.
    options.put("arena_extend_strategy", "kSameAsRequested");
    options.put("do_copy_in_default_stream", "1");
    // The default tries kernels out and takes the fastest, which need not be the same each time.
    options.put("cudnn_conv_algo_search", "HEURISTIC");
    // The default multiplies float32 with a mantissa of 10 bits; who wants speed takes fp16.
    options.put("use_tf32", "0");
    if (config.cudnn() == DeviceConfig.Cudnn.UNUSED) {
      options.put("enable_cudnn", "0");
    }
    return options;
  }

  /** Options of ONNX Runtime's TensorRT provider. */
  Map<String, String> tensorRt(Path folder) {
    int full = Math.max(1, Math.min(rows, tokens / positions));
    Map<String, String> options = new LinkedHashMap<>();
    options.put("trt_fp16_enable", precision.toLowerCase(Locale.ROOT).equals("fp16") ? "1" : "0");
    options.put("trt_engine_cache_enable", "1");
    options.put("trt_engine_cache_path", folder.toString());
    options.put("trt_profile_min_shapes", shapes(1, 1));
    options.put("trt_profile_opt_shapes", shapes(full, positions));
    options.put("trt_profile_max_shapes", shapes(rows, positions));
    return options;
  }

  private static String shapes(int rows, int positions) {
    return INPUTS.stream()
        .map(input -> input + ":" + rows + "x" + positions)
        .collect(Collectors.joining(","));
  }

  /**
   * The folder of this bundle's engines. TensorRT names them by the graph's shape and not by its
   * weights, so that bundles must not share one; and it chooses kernels by timing, so that engines
   * that two executors build need not give the same scores: executors use engines that were built
   * once.
   */
  private Path engines(DeviceConfig config, Engines engines) {
    Path folder = Path.of(config.engineCache(), digest).toAbsolutePath();
    try {
      if (engines == Engines.BUILT_WHEN_MISSING) {
        return Files.createDirectories(folder);
      }
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.list(folder)) {
          if (files.anyMatch(file -> file.toString().endsWith(".engine"))) {
            return folder;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new UserMistake(
        "rate.device.engine-cache: no TensorRT engine in '"
            + folder
            + "'. Build it once, with a local master on a machine with the same kind of GPU and the"
            + " same rate.batch-tokens, and bring the folder to every executor (shared disk, image"
            + " or spark.archives): engines built apart would not give the same scores.");
  }
}
