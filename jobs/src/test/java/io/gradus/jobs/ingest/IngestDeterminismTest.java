package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestDeterminismTest {
  private static final String PARTITIONS = "spark.sql.shuffle.partitions";
  private final String partitionsBefore = LocalSpark.session().conf().get(PARTITIONS);

  private static final int LONG = 77;

  @TempDir Path folder;

  @AfterEach
  void restore() {
    LocalSpark.session().conf().set(PARTITIONS, partitionsBefore);
  }

  /** 400 records of 250 contents, one very long; those of one content differ in all else. */
  private static List<String> records() {
    List<String> records = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      int repeats = i % 250 == LONG ? 200_000 : i % 250;
      records.add(
          "{\"id\": \"%d\", \"text\": \"%s\", \"from\": \"s%d\", \"n\": %d}"
              .formatted(999 - i, "word " + (i % 250) + " again".repeat(repeats), i % 3, i));
    }
    return records;
  }

  /** The bytes of every file of the table, by name. */
  private Map<String, String> ingest(
      String name, List<String> records, int files, int partitions, int parts) throws IOException {
    Path raw = Files.createDirectories(folder.resolve(name));
    for (int file = 0; file < files; file++) {
      StringBuilder lines = new StringBuilder();
      for (int i = file; i < records.size(); i += files) {
        lines.append(records.get(i)).append('\n');
      }
      byte[] bytes = lines.toString().getBytes(UTF_8);
      boolean packed = file % 2 == 1;
      Files.write(
          raw.resolve(file + (packed ? ".jsonl.zst" : ".jsonl")),
          packed ? Zstd.compress(bytes) : bytes);
    }
    LocalSpark.session().conf().set(PARTITIONS, Integer.toString(partitions));
    IngestRun run = new IngestRun(folder, "output-" + name);
    IngestResult result =
        run.run(
            "inputs = [{ path = \"$/" + name + "\", source-field = from }], buckets = " + parts);
    assertThat(result.table().rows()).isEqualTo(250);
    assertThat(result.duplicates()).isEqualTo(150);
    Map<String, String> digests = new TreeMap<>();
    try (var all =
        Files.newDirectoryStream(folder.resolve("output-" + name + "/table"), "part-*")) {
      for (Path file : all) {
        digests.put(file.getFileName().toString(), Fingerprint.sha256(Files.readAllBytes(file)));
      }
    }
    return digests;
  }

  @Test
  void theTableHasTheSameBytesForAnyFilesPartitionsAndOrderOfRecords() throws IOException {
    List<String> records = records();
    Map<String, String> expected = ingest("one", records, 1, 1, 5);
    assertThat(expected).hasSize(5);
    List<String> shuffled = new ArrayList<>(records);
    Collections.shuffle(shuffled, new Random(1));
    assertThat(ingest("seven", shuffled, 7, 200, 5)).isEqualTo(expected);
    Collections.shuffle(shuffled, new Random(2));
    assertThat(ingest("many", shuffled, 64, 3, 5)).isEqualTo(expected);
  }

  @Test
  void bucketsInOrderAreAllDocumentsInOrderOfTheirIds() throws IOException {
    ingest("one", records(), 1, 4, 7);
    List<String> ids =
        new IngestRun(folder, "output-one")
            .rows().stream()
                .map(row -> java.util.HexFormat.of().formatHex(row.<byte[]>getAs("doc_id")))
                .toList();
    assertThat(ids).hasSize(250).isSorted();
  }

  @Test
  void ofEqualTextsTheSmallestSourceThenIdThenMetaSurvives() throws IOException {
    Files.writeString(
        folder.resolve("a.jsonl"),
        """
        {"text": "Same.", "from": "b", "id": "0"}
        {"text": "Same.", "from": "a"}
        {"text": "Same.", "from": "a", "id": "2"}
        {"text": "Same.", "from": "a", "id": "1", "z": 1}
        {"text": "Same.", "from": "a", "id": "1", "y": 1}
        {"text": "Same. ", "from": "a"}
        """);
    IngestRun run = new IngestRun(folder);
    IngestResult result = run.run("inputs = [{ path = \"$/a.jsonl\", source-field = from }]");
    assertThat(result.duplicates()).isEqualTo(4);
    assertThat(run.rows())
        .filteredOn(row -> row.getAs("text").equals("Same."))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.<String>getAs("source")).isEqualTo("a");
              assertThat(row.<String>getAs("external_id")).isEqualTo("1");
              assertThat(row.<String>getAs("meta")).isEqualTo("{\"y\":1}");
            });
    assertThat(result.sources())
        .containsOnly(
            Map.entry("a", new SourceCounts(5, 2, 3, 0, 11, 5)),
            Map.entry("b", new SourceCounts(1, 0, 1, 0, 0, 0)));
  }
}
