package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Digests of the files that a stage of a workspace has written. */
final class Outputs {
  private Outputs() {}

  /**
   * The SHA-256 of each file of a stage's only output, by its name without the random part that
   * Spark puts into names. Checksum files and what tells of the run itself are left out.
   */
  static Map<String, String> of(Path workspace, String stage, String folder) throws IOException {
    Path output = finished(workspace, stage).resolve(folder);
    Map<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(output)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = output.relativize(file).toString();
        if (!name.endsWith(".crc") && !name.equals("_SUCCESS")) {
          digests.put(
              name.replaceAll("(part-\\d+)-[0-9a-f-]{36}", "$1"),
              Fingerprint.sha256(Files.readAllBytes(file)));
        }
      }
    }
    assertThat(digests).as("files of " + stage + "/" + folder).isNotEmpty();
    return digests;
  }

  /** What a stage's only output says about itself. */
  static JsonNode manifest(Path workspace, String stage) throws IOException {
    return new JsonMapper().readTree(finished(workspace, stage).resolve("manifest.json").toFile());
  }

  private static Path finished(Path workspace, String stage) throws IOException {
    try (Stream<Path> outputs = Files.list(workspace.resolve(stage))) {
      List<Path> finished =
          outputs.filter(path -> Files.exists(path.resolve("manifest.json"))).toList();
      assertThat(finished).as("finished outputs of " + stage).hasSize(1);
      return finished.get(0);
    }
  }

  /** The bytes that training reads, of every format, and the lists of shards. */
  static Map<String, String> shards(Path workspace) throws IOException {
    Map<String, String> shards = of(workspace, "pack", "");
    shards.keySet().removeIf(file -> file.equals("manifest.json"));
    return shards;
  }
}
