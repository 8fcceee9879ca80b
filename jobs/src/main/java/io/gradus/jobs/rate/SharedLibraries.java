package io.gradus.jobs.rate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Finds shared libraries where Linux's dynamic linker does: in the folders of {@code
 * LD_LIBRARY_PATH}, then in the cache that ldconfig has written, then in the system's folders
 * (ld.so(8)). Java's {@code java.library.path} counts for nothing here, since what a library needs
 * is the linker's business.
 */
final class SharedLibraries {
  private static final String CACHE = "/etc/ld.so.cache";
  private static final String CACHE_MAGIC = "glibc-ld.so.cache1.1";
  private static final int CACHE_HEADER = 48;
  private static final int CACHE_ENTRY = 24;
  private static final List<String> SYSTEM =
      List.of(
          "/lib/x86_64-linux-gnu",
          "/usr/lib/x86_64-linux-gnu",
          "/lib64",
          "/usr/lib64",
          "/lib",
          "/usr/lib");

  private static final int ELF_HEADER = 20;

  private final Path root;
  private final List<String> libraryPath;
  private final Map<String, List<String>> cached;

  /**
   * Reads the cache.
   *
   * @param root the file system's root
   * @param libraryPath the value of {@code LD_LIBRARY_PATH}; empty when there is none
   */
  SharedLibraries(Path root, String libraryPath) {
    this.root = root;
    this.libraryPath = Arrays.stream(libraryPath.split("[:;]")).filter(f -> !f.isEmpty()).toList();
    this.cached = readCache(under(CACHE));
  }

  /** Those that this process would get. */
  static SharedLibraries ofThisProcess() {
    String libraryPath = System.getenv("LD_LIBRARY_PATH");
    return new SharedLibraries(Path.of("/"), libraryPath == null ? "" : libraryPath);
  }

  /** Where a path of the machine is. */
  Path under(String path) {
    return root.resolve(path.startsWith("/") ? path.substring(1) : path);
  }

  /** The file that the linker would take for a name such as {@code libcudart.so.12}. */
  Optional<Path> find(String name) {
    return files(name).findFirst();
  }

  /** Files of any version, for a name without one such as {@code libcudart.so}. */
  List<Path> ofAnyVersion(String name) {
    Set<Path> found = new LinkedHashSet<>();
    for (String folder : folders()) {
      try (Stream<Path> files = Files.list(under(folder))) {
        files
            .filter(file -> file.getFileName().toString().startsWith(name + "."))
            .sorted()
            .forEach(found::add);
      } catch (IOException e) {
        // A folder that is missing or closed holds nothing for the linker either.
      }
    }
    cached.forEach(
        (key, paths) -> {
          if (key.startsWith(name + ".")) {
            paths.stream().map(this::under).filter(Files::exists).forEach(found::add);
          }
        });
    return List.copyOf(found);
  }

  /** The places in the order in which they are looked through. */
  List<String> places() {
    List<String> places = new ArrayList<>();
    places.add(
        libraryPath.isEmpty()
            ? "LD_LIBRARY_PATH (not set)"
            : "LD_LIBRARY_PATH (" + String.join(", ", libraryPath) + ")");
    places.add(cached.isEmpty() ? CACHE + " (none)" : CACHE + " (" + cached.size() + " libraries)");
    places.addAll(SYSTEM.stream().filter(folder -> Files.isDirectory(under(folder))).toList());
    return places;
  }

  /** Whether the file is a library that a 64-bit x86 process can load. */
  static boolean loadable(Path file) {
    try (var in = Files.newInputStream(file)) {
      ByteBuffer header = ByteBuffer.wrap(in.readNBytes(ELF_HEADER)).order(ByteOrder.LITTLE_ENDIAN);
      // Magic, 64-bit, little-endian; a shared object; x86-64 (System V ABI, chapter 4).
      return header.remaining() == ELF_HEADER
          && header.getInt(0) == 0x464c457f
          && header.getShort(4) == 0x0102
          && header.getShort(16) == 3
          && header.getShort(18) == 62;
    } catch (IOException e) {
      return false;
    }
  }

  private Stream<Path> files(String name) {
    Stream<String> first = libraryPath.stream().map(folder -> folder + "/" + name);
    Stream<String> second = cached.getOrDefault(name, List.of()).stream();
    Stream<String> last = SYSTEM.stream().map(folder -> folder + "/" + name);
    return Stream.of(first, second, last)
        .flatMap(paths -> paths)
        .map(this::under)
        .filter(Files::exists);
  }

  private List<String> folders() {
    return Stream.concat(libraryPath.stream(), SYSTEM.stream()).toList();
  }

  /** Paths by library name; nothing where there is no cache, as with musl. */
  private static Map<String, List<String>> readCache(Path file) {
    Map<String, List<String>> libraries = new TreeMap<>();
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      return libraries;
    }
    // The format of glibc 2.2 and later (its sysdeps/generic/dl-cache.h), which may come after an
    // older one: a header with the number of entries at 20, then entries whose second and third
    // numbers point to the name and the path, counted from the header.
    int start =
        new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf(CACHE_MAGIC); // one byte a char
    if (start < 0) {
      return libraries;
    }
    ByteBuffer cache = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int entries = cache.getInt(start + CACHE_MAGIC.length());
    for (int i = 0; i < entries; i++) {
      int entry = start + CACHE_HEADER + i * CACHE_ENTRY;
      String name = text(bytes, start + cache.getInt(entry + 4));
      String path = text(bytes, start + cache.getInt(entry + 8));
      libraries.computeIfAbsent(name, key -> new ArrayList<>()).add(path);
    }
    return libraries;
  }

  private static String text(byte[] bytes, int from) {
    int to = from;
    while (bytes[to] != 0) {
      to++;
    }
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
