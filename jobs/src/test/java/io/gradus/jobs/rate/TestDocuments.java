package io.gradus.jobs.rate;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** A documents table as the ingest stage writes it. */
final class TestDocuments {
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message documents {
            required binary doc_id;
            required binary source (STRING);
            optional binary external_id (STRING);
            optional binary text (STRING);
            required int32 n_bytes;
            required int32 n_tokens;
            required binary tokens;
            required int64 token_hash;
            optional binary meta (STRING);
          }
          """);

  private TestDocuments() {}

  /** What a document without text is written as. */
  static final String TOKENS_ONLY = "\0tokens only ";

  static byte[] docId(String text) {
    return Arrays.copyOf(Fingerprint.newSha256().digest(text.getBytes(StandardCharsets.UTF_8)), 16);
  }

  /** A document's tokens in these tests: one for each four characters. */
  static int tokens(String text) {
    return text.length() / 4;
  }

  /** Writes distinct texts in so many buckets. */
  static Finished<DocumentsTable> write(
      java.nio.file.Path workspace, String fingerprint, int buckets, List<String> texts)
      throws IOException {
    return write(workspace, fingerprint, buckets, texts, text -> null);
  }

  /** Writes distinct texts with what {@code meta} says of each, or null, in so many buckets. */
  static Finished<DocumentsTable> write(
      java.nio.file.Path workspace,
      String fingerprint,
      int buckets,
      List<String> texts,
      UnaryOperator<String> meta)
      throws IOException {
    Configuration hadoop = new Configuration();
    StageDirectory directory =
        new StageDirectory(new Path(workspace.resolve("ingest/" + fingerprint).toString()), hadoop);
    TreeMap<Integer, List<String>> byBucket =
        texts.stream()
            .collect(
                Collectors.groupingBy(
                    text -> DocumentsTable.bucket(docId(text), buckets),
                    TreeMap::new,
                    Collectors.toList()));
    for (int bucket : byBucket.keySet()) {
      Path file =
          new Path(directory.table(), String.format("part-%05d-x.c000.zstd.parquet", bucket));
      try (ParquetWriter<Group> rows = ParquetRows.write(hadoop, file, SCHEMA)) {
        List<String> sorted =
            byBucket.get(bucket).stream()
                .sorted(Comparator.comparing(TestDocuments::docId, Arrays::compareUnsigned))
                .toList();
        for (String text : sorted) {
          rows.write(row(text, meta.apply(text)));
        }
      }
    }
    long tokens = texts.stream().mapToLong(TestDocuments::tokens).sum();
    return new Finished<>(
        directory,
        new DocumentsTable(buckets, texts.size(), tokens, 0, "test", "", 50257, 50256, 2));
  }

  private static Group row(String text, String meta) {
    Group row = new SimpleGroupFactory(SCHEMA).newGroup();
    row.add("doc_id", Binary.fromConstantByteArray(docId(text)));
    row.add("source", text.length() % 2 == 0 ? "even" : "odd");
    if (!text.startsWith(TOKENS_ONLY)) {
      row.add("text", text);
    }
    row.add("n_bytes", text.getBytes(StandardCharsets.UTF_8).length);
    row.add("n_tokens", tokens(text));
    row.add("tokens", Binary.fromConstantByteArray(new byte[2 * tokens(text)]));
    row.add("token_hash", 0L);
    if (meta != null) {
      row.add("meta", meta);
    }
    return row;
  }
}
