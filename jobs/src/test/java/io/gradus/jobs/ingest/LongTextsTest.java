package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.TokenBytes;
import io.gradus.common.table.TokenHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LongTextsTest {
  @TempDir Path folder;

  @Test
  void aLongTextIsOneDocumentHoweverOftenAndInWhateverFormatItComes() throws IOException {
    String text = "A line of caf\u00e9s, \ud83d\ude00.\n".repeat(60_000);
    String json = text.replace("\n", "\\n").replace("\u00e9", "\\u00e9");
    Files.writeString(folder.resolve("a.txt"), text);
    LocalSpark.session()
        .createDataset(List.of(text), Encoders.STRING())
        .toDF("content")
        .write()
        .parquet(folder.resolve("parquet").toString());
    Files.writeString(
        folder.resolve("nested.jsonl"),
        "{\"from\": \"a\", \"page\": {\"raw\": \"" + json + "\"}}\n");
    Files.writeString(
        folder.resolve("a.jsonl"),
        "\ufeff{\"id\": 1, \"text\": \""
            + json
            + "\", \"b\": 1}\n{\"text\": \"Short.\"}\n"
            + "{\"id\": 2, \"text\": \""
            + json
            + "\", \"ids\": [1, 2]}\n");
    IngestRun run = new IngestRun(folder);
    IngestResult result =
        run.run(
            "inputs = [{ path = \"$/a.jsonl\", tokens-field = ids, source = a },"
                + " { path = \"$/a.txt\", source = a },"
                + " { path = \"$/parquet/*.parquet\", text-field = content, source = a },"
                + " { path = \"$/nested.jsonl\", text-field = page.raw, source-field = from }]");

    assertThat(result.duplicates()).isEqualTo(4);
    assertThat(run.sorted("text")).containsExactlyInAnyOrder(text, "Short.");
    Row row = longRow(run);
    assertThat(row.<String>getAs(DocumentsTable.EXTERNAL_ID)).isEqualTo("1");
    assertThat(row.<String>getAs(DocumentsTable.META)).isEqualTo("{\"b\":1}");
    int[] tokens = BuiltInTokenizer.GPT2.open().encode(text);
    assertThat(row.<Integer>getAs(DocumentsTable.N_TOKENS)).isEqualTo(tokens.length);
    assertThat(row.<byte[]>getAs(DocumentsTable.TOKENS)).isEqualTo(TokenBytes.encode(tokens, 2));
    assertThat(row.<Long>getAs(DocumentsTable.TOKEN_HASH))
        .isEqualTo(TokenHash.of(row.<byte[]>getAs(DocumentsTable.TOKENS), 2));
    assertThat(folder.resolve("output").toFile().list())
        .containsExactlyInAnyOrder("table", ".input-files.jsonl.crc", "input-files.jsonl");
  }

  private static Row longRow(IngestRun run) {
    List<Row> rows =
        run.rows().stream()
            .filter(row -> row.<Integer>getAs(DocumentsTable.N_BYTES) > 1 << 20)
            .toList();
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }
}
