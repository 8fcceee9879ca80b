package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.TokenHash;
import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizedRecordsTest {
  @TempDir Path folder;

  private Row ingest(String hocon) {
    IngestRun run = new IngestRun(folder);
    run.run(hocon);
    assertThat(run.rows()).hasSize(1);
    return run.rows().get(0);
  }

  private static byte[] docId(byte[] content) {
    return Arrays.copyOf(Fingerprint.newSha256().digest(content), 16);
  }

  @Test
  void textIsTokenizedAndHashed() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"hello world\"}");
    Row row = ingest("inputs = [{ path = \"$/a.jsonl\" }], tokenizer = gpt2");
    byte[] tokens = HexFormat.of().parseHex("8d7ae303");
    assertThat(row.<byte[]>getAs("tokens")).isEqualTo(tokens);
    assertThat(row.<Integer>getAs("n_tokens")).isEqualTo(2);
    assertThat(row.<Integer>getAs("n_bytes")).isEqualTo(11);
    assertThat(row.<Long>getAs("token_hash")).isEqualTo(TokenHash.of(tokens, 2));
    assertThat(row.<byte[]>getAs("doc_id")).isEqualTo(docId("hello world".getBytes(UTF_8)));
  }

  @Test
  void aLargeVocabularyNeedsFourBytesAToken() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"hello world\"}");
    Row row = ingest("inputs = [{ path = \"$/a.jsonl\" }], tokenizer = cl100k");
    byte[] tokens = HexFormat.of().parseHex("eb3b00007d070000");
    assertThat(row.<byte[]>getAs("tokens")).isEqualTo(tokens);
    assertThat(row.<Integer>getAs("n_tokens")).isEqualTo(2);
  }

  @Test
  void tokensWithoutTextAreKeptAndHashedAsFourBytesEach() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"input_ids\": [1, 2, 50256], \"k\": 1}");
    Row row = ingest("inputs = [{ path = \"$/a.jsonl\", tokens-field = input_ids }]");
    assertThat(row.<byte[]>getAs("tokens")).isEqualTo(new byte[] {1, 0, 2, 0, 80, (byte) 196});
    assertThat(row.<String>getAs("text")).isNull();
    assertThat(row.<Integer>getAs("n_bytes")).isEqualTo(12);
    assertThat(row.<String>getAs("meta")).isEqualTo("{\"k\":1}");
    assertThat(row.<byte[]>getAs("doc_id"))
        .isEqualTo(docId(new byte[] {1, 0, 0, 0, 2, 0, 0, 0, 80, (byte) 196, 0, 0}));
  }

  @Test
  void aRecordWithTextAndTokensKeepsBoth() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"hello\", \"ids\": [5]}");
    Row row = ingest("inputs = [{ path = \"$/a.jsonl\", tokens-field = ids }]");
    assertThat(row.<byte[]>getAs("tokens")).isEqualTo(new byte[] {5, 0});
    assertThat(row.<String>getAs("text")).isEqualTo("hello");
    assertThat(row.<byte[]>getAs("doc_id")).isEqualTo(docId("hello".getBytes(UTF_8)));
  }

  @Test
  void parquetListsOfTokensAreRead() {
    LocalSpark.session()
        .sql("select array(7, 8) as ids, 'web' as kind")
        .write()
        .parquet(folder.resolve("p").toString());
    Row row = ingest("inputs = [{ path = \"$/p\", tokens-field = ids, source-field = kind }]");
    assertThat(row.<byte[]>getAs("tokens")).isEqualTo(new byte[] {7, 0, 8, 0});
    assertThat(row.<String>getAs("source")).isEqualTo("web");
    assertThat(row.<String>getAs("meta")).isNull();
  }
}
