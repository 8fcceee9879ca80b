package io.gradus.jobs.rate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder that looks like the root of a machine: devices, driver and libraries are files. */
final class FakeMachine {
  private final Path root;
  private final List<String> libraryPath = new ArrayList<>();

  FakeMachine(Path root) {
    this.root = root;
  }

  /** A machine on which CUDA works, its libraries in {@code /cuda}. */
  static FakeMachine withCuda(Path root) throws IOException {
    FakeMachine machine = new FakeMachine(root).gpu().driver("550.54.15").searching("/cuda");
    machine.library("/cuda/libcudart.so.12", "libcudart.so.12.4.127");
    machine.library("/cuda/libcublas.so.12", "libcublas.so.12.4.5.8");
    machine.library("/cuda/libcublasLt.so.12", "libcublasLt.so.12.4.5.8");
    machine.library("/cuda/libcurand.so.10", "libcurand.so.10.3.5.147");
    machine.library("/cuda/libcudnn.so.9", "libcudnn.so.9.1.0");
    return machine;
  }

  SharedLibraries libraries() {
    return new SharedLibraries(root, String.join(":", libraryPath));
  }

  FakeMachine searching(String folder) {
    libraryPath.add(folder);
    return this;
  }

  FakeMachine gpu() throws IOException {
    return file("/dev/nvidia0", new byte[0]);
  }

  /** A driver whose library lies where the system looks by itself. */
  FakeMachine driver(String version) throws IOException {
    file(
        "/proc/driver/nvidia/version",
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  "
                + version
                + "  Tue Mar  5 22:23:56 UTC 2024\nGCC version:  gcc version 12.2.0\n")
            .getBytes(StandardCharsets.UTF_8));
    return library("/usr/lib/x86_64-linux-gnu/libcuda.so.1", "libcuda.so." + version);
  }

  /** A link as ldconfig makes it, to a library of that name in the same folder. */
  FakeMachine library(String link, String target) throws IOException {
    Path path = under(link);
    Files.createDirectories(path.getParent());
    Files.write(path.resolveSibling(target), elf());
    if (!path.getFileName().toString().equals(target)) {
      Files.deleteIfExists(path);
      Files.createSymbolicLink(path, Path.of(target));
    }
    return this;
  }

  FakeMachine without(String file) throws IOException {
    Path path = under(file);
    if (Files.isSymbolicLink(path)) {
      Files.delete(path.resolveSibling(Files.readSymbolicLink(path)));
    }
    Files.delete(path);
    return this;
  }

  FakeMachine file(String path, byte[] content) throws IOException {
    Path file = under(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return this;
  }

  /** The linker's cache, in glibc's format, after a remnant of the older one. */
  FakeMachine cache(String name, String path) throws IOException {
    ByteBuffer cache = ByteBuffer.allocate(48 + 24).order(ByteOrder.LITTLE_ENDIAN);
    cache.put("glibc-ld.so.cache1.1".getBytes(StandardCharsets.US_ASCII));
    byte[] strings = (name + "\0" + path + "\0").getBytes(StandardCharsets.US_ASCII);
    cache.putInt(1).putInt(strings.length).position(48);
    cache.putInt(0x0303).putInt(48 + 24).putInt(48 + 24 + name.length() + 1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("ld.so-1.7.0\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(cache.array());
    bytes.writeBytes(strings);
    return file("/etc/ld.so.cache", bytes.toByteArray());
  }

  /** The head of a shared object for x86-64. */
  private static byte[] elf() {
    ByteBuffer head = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    head.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
    return head.putShort(16, (short) 3).putShort(18, (short) 62).array();
  }

  private Path under(String path) {
    return root.resolve(path.substring(1));
  }
}
