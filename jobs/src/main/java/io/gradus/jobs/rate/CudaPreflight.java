package io.gradus.jobs.rate;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a machine has what ONNX Runtime's GPU build needs, found out from its files before a
 * session is opened, since the linker names only the first library that it misses.
 *
 * @param device what was asked for
 * @param problems what is missing or wrong; empty when all is there
 * @param needed what the provider needs
 * @param found what is there, with paths and versions
 * @param lookedIn where libraries were looked for
 */
record CudaPreflight(
    Device device,
    List<String> problems,
    List<String> needed,
    List<String> found,
    List<String> lookedIn) {

  /** The ONNX Runtime whose libraries were read for {@link #LIBRARIES}. */
  static final String READ_FROM = "1.28";

  /** Below this, no driver runs CUDA 12 (CUDA Compatibility, section Minor Version). */
  private static final int LEAST_DRIVER = 525;

  /**
   * The needed libraries (NEEDED) in the dynamic sections of libonnxruntime_providers_cuda.so and
   * libonnxruntime_providers_tensorrt.so of onnxruntime_gpu 1.28.0, without those of the C library.
   * The CUDA provider opens cuDNN at run time (microsoft/onnxruntime pull request 29252),
   * TensorRT's is linked against it. cuFFT, opened at run time too, is for Fourier transforms only.
   */
  private static final List<Library> LIBRARIES =
      List.of(
          new Library("libcuda.so", 1, "the driver", Use.CUDA),
          new Library("libcudart.so", 12, "CUDA 12", Use.CUDA),
          new Library("libcublas.so", 12, "CUDA 12", Use.CUDA),
          new Library("libcublasLt.so", 12, "CUDA 12", Use.CUDA),
          new Library("libcurand.so", 10, "CUDA 12", Use.CUDA),
          new Library("libcudnn.so", 9, "cuDNN 9", Use.CUDNN),
          new Library("libnvinfer.so", 10, "TensorRT 10", Use.TENSORRT),
          new Library("libnvonnxparser.so", 10, "TensorRT 10", Use.TENSORRT));

  private enum Use {
    CUDA,
    CUDNN,
    TENSORRT
  }

  private record Library(String name, int major, String product, Use use) {
    String file() {
      return name + "." + major;
    }

    String told() {
      return file() + " (" + product + ")";
    }
  }

  /**
   * The ONNX Runtime on the class path.
   *
   * @param providers compiled into it
   * @param place the jar
   */
  record OnnxRuntime(String version, Set<OrtProvider> providers, String place) {
    static OnnxRuntime ofThisProcess() {
      CodeSource source = OrtEnvironment.class.getProtectionDomain().getCodeSource();
      return new OnnxRuntime(
          OrtEnvironment.getEnvironment().getVersion(),
          OrtEnvironment.getAvailableProviders(),
          source == null ? "an unknown jar" : source.getLocation().getPath());
    }
  }

  CudaPreflight {
    problems = List.copyOf(problems);
    needed = List.copyOf(needed);
    found = List.copyOf(found);
    lookedIn = List.copyOf(lookedIn);
  }

  /** Looks at this machine. */
  static CudaPreflight ofThisMachine(Device device, DeviceConfig config) {
    return of(device, config, OnnxRuntime.ofThisProcess(), SharedLibraries.ofThisProcess());
  }

  static CudaPreflight of(
      Device device, DeviceConfig config, OnnxRuntime runtime, SharedLibraries libraries) {
    List<String> problems = new ArrayList<>();
    List<String> needed = new ArrayList<>();
    List<String> found = new ArrayList<>();
    lookAtRuntime(device.provider(), runtime, problems, needed, found);
    lookAtDriver(libraries, problems, needed, found);
    for (Library library : LIBRARIES) {
      if (isNeeded(library, config)) {
        needed.add(library.told());
        lookFor(library, libraries, problems, found);
      }
    }
    return new CudaPreflight(device, problems, needed, found, libraries.places());
  }

  /** Throws {@link UserMistake} when anything is missing or wrong. */
  void check() {
    if (!problems.isEmpty()) {
      throw mistake(String.join("; ", problems), null);
    }
  }

  /**
   * The mistake with the whole report.
   *
   * @param problem what is wrong
   * @param cause may be null
   */
  UserMistake mistake(String problem, Throwable cause) {
    return new UserMistake(
        String.format(
            "rate.device.provider = %s cannot work on %s of %s: %s.%n"
                + "  Needed: %s%n"
                + "  Found: %s%n"
                + "  Looked in: %s%n"
                + "  Install what is missing, or name its folder in LD_LIBRARY_PATH (for executors:"
                + " spark.executor.extraLibraryPath). The processor is only used when it is asked"
                + " for: rate.device.provider = cpu.",
            Section.name(device.provider()),
            device.label(),
            host(),
            problem,
            String.join(", ", needed),
            found.isEmpty() ? "nothing of it" : String.join(", ", found),
            String.join(", ", lookedIn)),
        cause);
  }

  private static boolean isNeeded(Library library, DeviceConfig config) {
    return switch (library.use()) {
      case CUDA -> true;
      case CUDNN -> config.cudnn() == DeviceConfig.Cudnn.REQUIRED;
      case TENSORRT -> config.provider() == DeviceConfig.Provider.TENSORRT;
    };
  }

  private static void lookAtRuntime(
      DeviceConfig.Provider provider,
      OnnxRuntime runtime,
      List<String> problems,
      List<String> needed,
      List<String> found) {
    OrtProvider asked =
        provider == DeviceConfig.Provider.TENSORRT ? OrtProvider.TENSOR_RT : OrtProvider.CUDA;
    needed.add("ONNX Runtime with " + asked.getName());
    found.add(
        String.format(
            "ONNX Runtime %s with %s (%s)",
            runtime.version(),
            runtime.providers().stream().map(OrtProvider::getName).collect(Collectors.toList()),
            runtime.place()));
    if (!runtime.providers().contains(asked)) {
      problems.add(
          "this Gradus has ONNX Runtime's build without "
              + asked.getName()
              + "; build Gradus with mvn -Pgpu");
    }
  }

  private static void lookAtDriver(
      SharedLibraries libraries, List<String> problems, List<String> needed, List<String> found) {
    needed.add("an NVIDIA GPU with driver " + LEAST_DRIVER + " or newer");
    Set<String> devices = devices(libraries);
    if (devices.isEmpty()) {
      problems.add("there is no GPU (/dev/nvidia0 and so on)");
    } else {
      found.add(String.join(", ", devices));
    }
    driverVersion(libraries)
        .ifPresent(
            version -> {
              found.add("driver " + version);
              if (major(version) < LEAST_DRIVER) {
                problems.add(
                    "driver " + version + " is too old for CUDA 12, which needs " + LEAST_DRIVER);
              }
            });
  }

  private static Set<String> devices(SharedLibraries libraries) {
    Set<String> devices = new TreeSet<>();
    try (Stream<Path> files = Files.list(libraries.under("/dev"))) {
      // On Windows' Linux, all GPUs are behind dxg.
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("nvidia\\d+|dxg"))
          .forEach(name -> devices.add("/dev/" + name));
    } catch (IOException e) {
      return devices;
    }
    return devices;
  }

  /** Of the library, which CUDA's compatibility package may have made newer than the kernel's. */
  private static Optional<String> driverVersion(SharedLibraries libraries) {
    Optional<String> ofLibrary =
        libraries.find("libcuda.so.1").map(CudaPreflight::version).filter(v -> v.contains("."));
    if (ofLibrary.isPresent()) {
      return ofLibrary;
    }
    try {
      String text = Files.readString(libraries.under("/proc/driver/nvidia/version"));
      Matcher matcher = Pattern.compile("^NVRM version:.*?\\s(\\d+(\\.\\d+)+)\\s").matcher(text);
      return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    } catch (IOException e) {
      // Not every container shows it; libcuda.so.1 below tells whether there is a driver.
      return Optional.empty();
    }
  }

  private static void lookFor(
      Library library, SharedLibraries libraries, List<String> problems, List<String> found) {
    Optional<Path> file = libraries.find(library.file());
    if (file.isEmpty()) {
      List<Path> others = libraries.ofAnyVersion(library.name());
      problems.add(
          library.told()
              + (others.isEmpty()
                  ? " is missing"
                  : " is missing, and " + others + " is another version"));
      return;
    }
    String version = version(file.get());
    found.add(library.file() + " " + version + " (" + file.get() + ")");
    if (!SharedLibraries.loadable(file.get())) {
      problems.add(file.get() + " is no library for 64-bit x86 processors");
    } else if (!library.product().equals("the driver") && major(version) != library.major()) {
      problems.add(file.get() + " leads to version " + version + " instead of " + library.major());
    }
  }

  /** What follows {@code .so.} in the name of the file that links lead to. */
  private static String version(Path file) {
    Path real;
    try {
      real = file.toRealPath();
    } catch (IOException e) {
      real = file;
    }
    String name = real.getFileName().toString();
    int at = name.indexOf(".so.");
    return at < 0 ? "of an unknown version" : name.substring(at + ".so.".length());
  }

  private static int major(String version) {
    Matcher digits = Pattern.compile("^\\d{1,6}").matcher(version);
    return digits.find() ? Integer.parseInt(digits.group()) : -1;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "this machine";
    }
  }
}
