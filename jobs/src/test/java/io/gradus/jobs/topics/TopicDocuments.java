package io.gradus.jobs.topics;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Documents of known themes, in tables as the ingest stage writes them. */
final class TopicDocuments {
  static final List<String> COOKING =
      List.of("flour", "butter", "oven", "dough", "sugar", "recipe", "bake", "onion", "sauce");
  static final List<String> SAILING =
      List.of("sail", "mast", "harbour", "anchor", "wind", "rudder", "keel", "tide", "deck");
  static final List<String> LAW =
      List.of("court", "judge", "appeal", "statute", "verdict", "jury", "plea", "witness", "claim");
  static final List<String> STOP_WORDS =
      List.of("the", "of", "and", "is", "in", "to", "that", "with", "for", "on", "was", "by");

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

  private TopicDocuments() {}

  /**
   * A document of 10 tokens.
   *
   * @param name its id is the hash of this
   * @param text null for a document that is tokens only
   * @param meta null for none
   */
  record Document(String name, String text, String meta) {
    byte[] docId() {
      return Arrays.copyOf(
          Fingerprint.newSha256().digest(name.getBytes(StandardCharsets.UTF_8)), 16);
    }

    String hexId() {
      return HexFormat.of().formatHex(docId());
    }
  }

  /** Documents of one theme, which mix its words with stop words and numbers. */
  static List<Document> theme(String name, List<String> words, int count) {
    Random random = new Random(name.hashCode());
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> text = new ArrayList<>();
      for (int word = 0; word < 40; word++) {
        List<String> from = word % 2 == 0 ? STOP_WORDS : words;
        text.add(from.get(random.nextInt(from.size())));
      }
      text.add(String.valueOf(random.nextInt(1_000_000)));
      documents.add(new Document(name + " " + i, String.join(" ", text), null));
    }
    return documents;
  }

  /** Three themes of different size. */
  static List<Document> themes() {
    List<Document> documents = new ArrayList<>(theme("cooking", COOKING, 90));
    documents.addAll(theme("sailing", SAILING, 60));
    documents.addAll(theme("law", LAW, 30));
    return documents;
  }

  static Finished<DocumentsTable> write(
      java.nio.file.Path folder, List<Document> documents, int buckets) throws IOException {
    Configuration hadoop = new Configuration();
    StageDirectory directory = new StageDirectory(new Path(folder.toUri()), hadoop);
    directory.fileSystem().mkdirs(directory.table());
    TreeMap<Integer, List<Document>> byBucket =
        documents.stream()
            .collect(
                Collectors.groupingBy(
                    document -> DocumentsTable.bucket(document.docId(), buckets),
                    TreeMap::new,
                    Collectors.toList()));
    for (int bucket : byBucket.keySet()) {
      Path file = new Path(directory.table(), String.format("part-%05d-documents.parquet", bucket));
      try (ParquetWriter<Group> rows = ParquetRows.write(hadoop, file, SCHEMA)) {
        List<Document> sorted =
            byBucket.get(bucket).stream()
                .sorted(Comparator.comparing(Document::docId, Arrays::compareUnsigned))
                .toList();
        for (Document document : sorted) {
          rows.write(row(document));
        }
      }
    }
    return new Finished<>(
        directory,
        new DocumentsTable(
            buckets, documents.size(), 10L * documents.size(), 0, "test", "", 50257, 50256, 2));
  }

  private static Group row(Document document) {
    Group row =
        new SimpleGroupFactory(SCHEMA)
            .newGroup()
            .append("doc_id", Binary.fromConstantByteArray(document.docId()))
            .append("source", "books");
    if (document.text() != null) {
      row.append("text", document.text());
    }
    row.append("n_bytes", 100)
        .append("n_tokens", 10)
        .append("tokens", Binary.fromConstantByteArray(new byte[20]))
        .append("token_hash", 0L);
    if (document.meta() != null) {
      row.append("meta", document.meta());
    }
    return row;
  }
}
