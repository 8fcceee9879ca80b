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

/** Checks that MDS's {@code index.json} names the shards as they are. */
final class MdsIndex {
  private static final String ZSTD = ".zstd";

  private MdsIndex() {}

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
    JsonNode entries = index.path("shards");
    if (entries.size() != shards.size() || index.path("version").asInt() != 2) {
      findings.breach(
          Check.STRUCTURE,
          file.path(),
          "",
          String.format(
              "names %,d shards in version %s instead of %,d in version 2",
              entries.size(), index.path("version"), shards.size()));
      return;
    }
    for (Shard shard : shards) {
      checkEntry(entries.get(shard.index()), split, format, file, shard, findings);
    }
  }

  private static void checkEntry(
      JsonNode entry,
      PackedSplit split,
      PackedFormat format,
      PackedFile file,
      Shard shard,
      Findings findings) {
    String place = "shard " + shard.index();
    PackedFile packed = shard.file(format.format());
    String name = packed.path().substring(packed.path().lastIndexOf('/') + 1);
    boolean compressed = name.endsWith(ZSTD);
    JsonNode data = entry.path(compressed ? "zip_data" : "raw_data");
    MdsHeader.checkColumns(
        entry,
        file.path(),
        place,
        split.stream().sequenceLength(),
        format.tokenBytes(),
        compressed ? "\"zstd\"" : "null",
        findings);
    Map<String, JsonNode> found =
        Map.of(
            "basename",
            data.path("basename"),
            "bytes",
            data.path("bytes"),
            "samples",
            entry.path("samples"),
            "sha256",
            data.path("hashes").path("sha256"),
            compressed ? "raw basename" : "zip_data",
            compressed ? entry.path("raw_data").path("basename") : entry.path("zip_data"));
    Map<String, Object> expected =
        Map.of(
            "basename",
            name,
            "bytes",
            packed.bytes(),
            "samples",
            shard.sequences(),
            "sha256",
            packed.sha256(),
            compressed ? "raw basename" : "zip_data",
            compressed ? name.substring(0, name.length() - ZSTD.length()) : "null");
    new TreeMap<>(found)
        .forEach(
            (key, value) -> {
              if (!value.asText().equals(expected.get(key).toString())) {
                findings.breach(
                    Check.STRUCTURE,
                    file.path(),
                    place,
                    key + " is " + value.asText() + " instead of " + expected.get(key));
              }
            });
  }
}
