package io.gradus.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.io.FileUtils;

/** What packing has written in a workspace so far. */
final class PackFiles {
  private PackFiles() {}

  /** Copies what was finished before packing. */
  static void copyInputs(Path from, Path to) throws IOException {
    for (String stage : List.of("ingest", "rate", "calibrate", "sample", "order")) {
      FileUtils.copyDirectory(from.resolve(stage).toFile(), to.resolve(stage).toFile());
    }
  }

  /** How many shards are finished, of all layouts, while packing is under way. */
  static int finishedShards(Path workspace) {
    return markers(workspace).size();
  }

  /** Whether all shards are finished, and the driver has begun to list them. */
  static boolean areListed(Path workspace) {
    return children(workspace.resolve("pack").toFile()).stream()
        .anyMatch(output -> new File(output, "shards.jsonl").exists());
  }

  /** Files of an unfinished shard that a process is writing; Linux tells. */
  static Set<Path> underWay(Path workspace, ProcessHandle process) {
    Set<Path> files = new TreeSet<>();
    for (File open : children(new File("/proc/" + process.pid() + "/fd"))) {
      try {
        Path file = Files.readSymbolicLink(open.toPath());
        if (file.startsWith(workspace.toRealPath().resolve("pack"))
            && file.getParent().endsWith(".work/temporary")) {
          files.add(file);
        }
      } catch (NoSuchFileException e) {
        // It has just been closed.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return files;
  }

  /** Files of finished shards: path, and what changes when the file is written again. */
  static Map<String, String> finished(Path workspace) throws IOException {
    List<String> paths = new ArrayList<>();
    for (File marker : markers(workspace)) {
      for (JsonNode file : new JsonMapper().readTree(marker).path("files")) {
        paths.add(file.path("path").asText());
      }
    }
    return identities(workspace, paths);
  }

  /**
   * What changes when one of these files is written again; those that are not there are left out.
   */
  static Map<String, String> identities(Path workspace, Collection<String> paths)
      throws IOException {
    Map<String, String> identities = new TreeMap<>();
    for (File output : children(workspace.resolve("pack").toFile())) {
      for (String path : paths) {
        Path file = output.toPath().resolve(path);
        // Stretches of joined files lie elsewhere until all are there.
        if (Files.exists(file)) {
          BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
          identities.put(path, facts.fileKey() + " " + facts.lastModifiedTime());
        }
      }
    }
    return identities;
  }

  private static List<File> markers(Path workspace) {
    List<File> markers = new ArrayList<>();
    for (File output : children(workspace.resolve("pack").toFile())) {
      for (File list : children(new File(output, ".work/done"))) {
        for (File file : children(list)) {
          if (file.getName().matches("\\d+\\.json")) {
            markers.add(file);
          }
        }
      }
    }
    return markers;
  }

  private static List<File> children(File folder) {
    File[] children = folder.listFiles();
    return children == null ? List.of() : List.of(children);
  }
}
