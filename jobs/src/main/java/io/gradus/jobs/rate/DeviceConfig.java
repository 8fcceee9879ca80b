package io.gradus.jobs.rate;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import java.io.Serializable;
import java.util.List;

/**
 * What models run on; {@code rate.device}. Nothing falls back: a provider that cannot work stops
 * the job.
 *
 * @param provider {@code provider}, by default {@code cpu}
 * @param index the GPU where Spark assigns none, that is with a local master; {@code index}, by
 *     default 0
 * @param memory the most bytes that a session's allocator takes of the GPU, 0 for no limit; {@code
 *     memory}. Libraries and kernels take more beside it
 * @param cudnn {@code cudnn}, by default {@code required}
 * @param engineCache the folder with TensorRT's engines, one folder for each bundle; on the
 *     executors' own disks, and where relative in their working folder, where Spark unpacks
 *     archives; {@code engine-cache}, empty without TensorRT
 */
public record DeviceConfig(
    Provider provider, int index, long memory, Cudnn cudnn, String engineCache)
    implements Serializable {
  /** The processor, without further settings. */
  public static final DeviceConfig DEFAULT =
      new DeviceConfig(Provider.CPU, 0, 0, Cudnn.REQUIRED, "");

  /** What of ONNX Runtime runs a graph. */
  public enum Provider {
    CPU,
    CUDA,
    /** With CUDA for the operators that TensorRT does not know. */
    TENSORRT
  }

  /**
   * Whether kernels of cuDNN may be used. ONNX Runtime 1.28 loads cuDNN only when it is there;
   * without it, some operators (convolutions, some reductions) fail.
   */
  public enum Cudnn {
    REQUIRED,
    UNUSED
  }

  /** Whether models run on GPUs. */
  public boolean usesGpu() {
    return provider != Provider.CPU;
  }

  private static final Key<Provider> PROVIDER =
      Key.choice("provider", Provider.CPU, "What of ONNX Runtime runs models; nothing falls back.");
  private static final Key<Integer> INDEX =
      Key.integer(
          "index", 0, new Range(0, 1023), "The GPU where Spark assigns none: with a local master.");
  private static final Key<Long> MEMORY =
      Key.of(
          "memory",
          "size in bytes, " + Range.AT_LEAST_ONE,
          "no limit",
          (section, name, none) -> section.bytes(name, 0, Range.AT_LEAST_ONE),
          "The most that a session's allocator takes of a GPU.");
  private static final Key<Cudnn> CUDNN =
      Key.choice(
          "cudnn",
          Cudnn.REQUIRED,
          "Whether cuDNN has to be there; `unused` for graphs that need none of its kernels.");
  private static final Key<String> ENGINE_CACHE =
      Key.text(
          "engine-cache",
          "",
          "With `provider = tensorrt`, compulsory there: the folder of engines on the executors' own"
              + " disks.");

  /** The keys of the section. */
  public static final Keys KEYS = Keys.of(PROVIDER, INDEX, MEMORY, CUDNN, ENGINE_CACHE);

  /** Reads the section {@code rate.device}; problems are recorded in the section. */
  public static DeviceConfig read(Section section) {
    Provider provider = section.read(PROVIDER);
    int index = section.read(INDEX);
    long memory = section.read(MEMORY);
    Cudnn cudnn = section.read(CUDNN);
    String engineCache = section.read(ENGINE_CACHE);
    if (provider == Provider.CPU) {
      for (Key<?> key : List.of(INDEX, MEMORY, CUDNN, ENGINE_CACHE)) {
        if (section.has(key)) {
          section.problem(
              key, "is for GPUs; set provider to cuda or tensorrt beside it, or leave it out");
        }
      }
    }
    if (provider == Provider.CUDA && section.has(ENGINE_CACHE)) {
      section.problem(ENGINE_CACHE, "is for provider = tensorrt; leave it out");
    }
    if (provider == Provider.TENSORRT) {
      if (engineCache.isEmpty()) {
        section.problem(
            ENGINE_CACHE,
            "missing; give a folder on the executors' own disks where TensorRT's engines are kept,"
                + " which take minutes to build");
      } else if (engineCache.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
        section.problem(
            ENGINE_CACHE,
            "'" + engineCache + "' must be a folder on the executors' own disks, not a URI");
      }
      if (cudnn == Cudnn.UNUSED) {
        section.problem(CUDNN, "TensorRT's provider is linked against cuDNN; leave this out");
      }
    }
    section.finish(KEYS);
    return new DeviceConfig(provider, index, memory, cudnn, engineCache);
  }
}
