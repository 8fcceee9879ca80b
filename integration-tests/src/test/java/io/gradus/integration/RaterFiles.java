package io.gradus.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What raters have written in a workspace so far: a file for each bucket. */
final class RaterFiles {
  private RaterFiles() {}

  /** Finished buckets: name, and what changes when the file is written again. */
  static Map<String, String> finished(Path workspace) {
    Map<String, String> files = new TreeMap<>();
    for (Path file : files(workspace)) {
      if (!file.getFileName().toString().startsWith(".")) {
        try {
          BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
          files.put(
              file.getFileName().toString(), facts.fileKey() + " " + facts.lastModifiedTime());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return files;
  }

  /** The buckets that tasks are writing, or were when they were killed. */
  static List<String> begun(Path workspace) {
    return files(workspace).stream()
        .map(file -> file.getFileName().toString())
        .filter(name -> name.matches("\\.bucket-.*\\.parquet\\..*") && !name.endsWith(".crc"))
        .map(name -> name.replaceAll("^\\.(bucket-.*\\.parquet)\\..*", "$1"))
        .toList();
  }

  private static List<Path> files(Path workspace) {
    Path raters = workspace.resolve("rate/raters");
    if (!Files.isDirectory(raters)) {
      return List.of();
    }
    // Walking a folder whose files come and go would fail on those that go.
    try (Stream<Path> folders = Files.list(raters)) {
      return folders
          .flatMap(folder -> Stream.of(folder.toFile().listFiles()))
          .map(file -> file.toPath())
          .collect(Collectors.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
