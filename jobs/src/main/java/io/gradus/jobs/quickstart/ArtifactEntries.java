package io.gradus.jobs.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.ZipFile;

/** The entries of a jar, by name. */
final class ArtifactEntries implements AutoCloseable {
  private final ZipFile jar;

  ArtifactEntries(Path file) throws IOException {
    jar = new ZipFile(file.toFile());
  }

  /**
   * Names between prefix and suffix in sorted order, of these every {@code every}-th, from the
   * first.
   */
  List<String> names(String prefix, String suffix, int every) {
    List<String> all =
        jar.stream()
            .map(entry -> entry.getName())
            .filter(name -> name.startsWith(prefix) && name.endsWith(suffix))
            .sorted()
            .toList();
    return IntStream.range(0, all.size()).filter(i -> i % every == 0).mapToObj(all::get).toList();
  }

  InputStream open(String name) throws IOException {
    return jar.getInputStream(jar.getEntry(name));
  }

  String text(String name) throws IOException {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() throws IOException {
    jar.close();
  }
}
