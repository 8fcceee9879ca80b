package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.ZstdInputStream;
import io.gradus.common.job.UserMistake;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TinyCorpus;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonlFormatTest {
  private static final PackConfig TEXTS = new PackConfig(List.of(ShardFormat.JSONL), 64, 1024);

  @TempDir Path folder;

  @Test
  void aLineIsADocumentInOrderWithItsScoreAndOtherFields() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(40, 50_257, 21).withTexts();
    pack(corpus, corpus.writeDocuments(folder.resolve("documents"), 3));

    List<JsonNode> lines = lines();
    assertThat(lines).hasSize(40);
    for (int position = 0; position < 40; position++) {
      TinyCorpus.Document document = corpus.documents().get(position);
      String id = HexFormat.of().formatHex(document.docId());
      JsonNode line = lines.get(position);
      assertThat(line.fieldNames())
          .toIterable()
          .containsExactly("id", "external_id", "source", "text", "score", "quantile", "meta");
      assertThat(line.get("id").asText()).isEqualTo(id);
      assertThat(line.get("text").asText()).isEqualTo(document.text());
      assertThat(line.get("score").asDouble()).isEqualTo(document.score());
      assertThat(line.get("meta").get("length").asInt()).isEqualTo(document.length());
    }
  }

  @Test
  void documentsWithoutTextAreTheUsersMistake() {
    TinyCorpus corpus = TinyCorpus.random(5, 50_257, 22);

    assertThatThrownBy(() -> pack(corpus, corpus.writeDocuments(folder.resolve("documents"), 1)))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "pack.formats: jsonl is text, and these documents were ingested as tokens. Leave jsonl"
                + " out of pack.formats.");
  }

  private void pack(TinyCorpus corpus, Finished<DocumentsTable> documents) {
    Finished<OrderTable> order = corpus.writeOrder(folder.resolve("order"), 2);
    StageDirectory output =
        new StageDirectory(
            new org.apache.hadoop.fs.Path(folder.resolve("packed").toUri()),
            LocalSpark.context().hadoop());
    new PackJob().run(LocalSpark.context(), TEXTS, documents, order, output);
  }

  /** The lines of all shards, in the order of their names. */
  private List<JsonNode> lines() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder.resolve("packed/jsonl"))) {
      files = all.sorted().toList();
    }
    assertThat(files).hasSizeGreaterThanOrEqualTo(5);
    List<JsonNode> lines = new ArrayList<>();
    JsonMapper mapper = new JsonMapper();
    for (Path file : files) {
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(
                  new ZstdInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          lines.add(mapper.readTree(line));
        }
      }
    }
    return lines;
  }
}
