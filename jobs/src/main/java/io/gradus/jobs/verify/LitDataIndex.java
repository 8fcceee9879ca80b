package io.gradus.jobs.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.Shard;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Checks that LitData's {@code index.json} names the chunks as they are. */
final class LitDataIndex {
  private LitDataIndex() {}

  static void check(
      Finished<PackedShards> packed,
      PackedSplit split,
      PackedFormat format,
      PackedFile file,
      List<Shard> shards,
      Findings findings) {
    String json = packed.directory().text(file.path()).orElseThrow();
    String digest = Fingerprint.sha256(json.getBytes(StandardCharsets.UTF_8));
    if (!digest.equals(file.sha256())) {
      findings.breach(
          Check.CHECKSUMS,
          file.path(),
          "",
          "its SHA-256 is " + digest + " instead of " + file.sha256());
    }
    JsonNode index;
    try {
      index = Json.read(json, JsonNode.class);
    } catch (UncheckedIOException e) {
      findings.breach(Check.STRUCTURE, file.path(), "", "is not JSON");
      return;
    }
    JsonNode chunks = index.path("chunks");
    new Numbers(Check.STRUCTURE, file.path(), "", findings)
        .check("chunks", chunks.size(), shards.size());
    // Numbers of torch's types in litdata/constants.py: int is 16, uint16 is 20.
    String data = "[\"no_header_tensor:" + (format.tokenBytes() == 2 ? 20 : 16) + "\"]";
    JsonNode config = index.path("config");
    compare(file, "config", "data_format", config.path("data_format").toString(), data, findings);
    compare(file, "config", "compression", config.path("compression").toString(), "null", findings);
    compare(
        file,
        "config",
        "data_spec",
        config.path("data_spec").asText(),
        "[1, {\"type\": null, \"context\": null, \"children_spec\": []}]",
        findings);
    for (int i = 0; i < Math.min(chunks.size(), shards.size()); i++) {
      checkChunk(chunks.get(i), split, format, file, shards.get(i), findings);
    }
  }

  private static void checkChunk(
      JsonNode chunk,
      PackedSplit split,
      PackedFormat format,
      PackedFile file,
      Shard shard,
      Findings findings) {
    PackedFile packed = shard.file(format.format());
    long tokens = shard.sequences() * split.stream().sequenceLength();
    Map<String, Object> expected =
        new TreeMap<>(
            Map.of(
                "chunk_bytes", packed.bytes(),
                "chunk_size", shard.sequences(),
                "dim", tokens,
                "filename", packed.path().substring(packed.path().lastIndexOf('/') + 1)));
    expected.forEach(
        (key, value) ->
            compare(
                file,
                "chunk " + shard.index(),
                key,
                chunk.path(key).asText(),
                value.toString(),
                findings));
  }

  private static void compare(
      PackedFile file, String place, String key, String found, String expected, Findings findings) {
    if (!found.equals(expected)) {
      findings.breach(
          Check.STRUCTURE, file.path(), place, key + " is " + found + " instead of " + expected);
    }
  }
}
