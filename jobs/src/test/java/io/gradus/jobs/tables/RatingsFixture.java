package io.gradus.jobs.tables;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Writes ratings tables for tests, with the files and columns that {@code rate} writes. */
public final class RatingsFixture {
  private RatingsFixture() {}

  /**
   * One rated document.
   *
   * @param name its doc_id is the hash of this, or what follows {@code id:} in hexadecimal
   * @param quality its score; null when missing
   */
  public record Rated(String name, String source, int tokens, Double quality) {
    public String docId() {
      if (name.startsWith("id:")) {
        return name.substring(3);
      }
      return Fingerprint.sha256(name.getBytes(StandardCharsets.UTF_8)).substring(0, 32);
    }
  }

  /** Documents with lengths and scores that follow from their numbers. */
  public static List<Rated> corpus(int documents, int sources) {
    List<Rated> corpus = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      int source = (i * 7 + i / 11) % sources;
      double quality = Math.round(1e4 * (Math.sin(i * 12.9898) * 2 + source * 0.5)) / 1e4;
      corpus.add(new Rated("document " + i, "source-" + source, 1 + (i * 37) % 500, quality));
    }
    return corpus;
  }

  /** Writes a table with one criterion, {@code quality}. */
  public static Finished<RatingsTable> write(
      java.nio.file.Path folder, List<Rated> corpus, int buckets) throws IOException {
    return write(folder, corpus, buckets, Map.of("quality", Rated::quality));
  }

  /**
   * Writes a table.
   *
   * @param criteria what scores each criterion; null for a missing score
   */
  public static Finished<RatingsTable> write(
      java.nio.file.Path folder,
      List<Rated> corpus,
      int buckets,
      Map<String, Function<Rated, Double>> criteria)
      throws IOException {
    List<String> names = criteria.keySet().stream().sorted().toList();
    Configuration hadoop = new Configuration();
    StageDirectory directory = new StageDirectory(new Path(folder.toUri()), hadoop);
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message ratings { required binary doc_id; required binary source (UTF8);"
                + " required int32 n_tokens; required int32 n_chunks; "
                + names.stream()
                    .map(name -> "optional double " + name + "; ")
                    .collect(Collectors.joining())
                + "}");
    SimpleGroupFactory groups = new SimpleGroupFactory(schema);
    List<Rated> ordered = corpus.stream().sorted(Comparator.comparing(Rated::docId)).toList();
    for (int bucket = 0; bucket < buckets; bucket++) {
      Path file = new Path(directory.table(), RatingsTable.fileName(bucket));
      try (ParquetWriter<Group> writer = ParquetRows.write(hadoop, file, schema)) {
        for (Rated rated : ordered) {
          byte[] docId = HexFormat.of().parseHex(rated.docId());
          if (DocumentsTable.bucket(docId, buckets) == bucket) {
            Group row =
                groups
                    .newGroup()
                    .append("doc_id", Binary.fromConstantByteArray(docId))
                    .append("source", rated.source())
                    .append("n_tokens", rated.tokens())
                    .append("n_chunks", 1);
            for (String name : names) {
              Double score = criteria.get(name).apply(rated);
              if (score != null) {
                row.append(name, score);
              }
            }
            writer.write(row);
          }
        }
      }
    }
    long tokens = corpus.stream().mapToLong(Rated::tokens).sum();
    return new Finished<>(directory, new RatingsTable(names, corpus.size(), tokens));
  }

  /** Writes topics beside a ratings table of as many buckets, the number of a topic by document. */
  public static Finished<TopicsTable> writeTopics(
      java.nio.file.Path folder,
      List<Rated> corpus,
      int buckets,
      int count,
      ToIntFunction<Rated> topic)
      throws IOException {
    Configuration hadoop = new Configuration();
    StageDirectory directory = new StageDirectory(new Path(folder.toUri()), hadoop);
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message topics { required binary doc_id; required int32 topic; }");
    SimpleGroupFactory groups = new SimpleGroupFactory(schema);
    List<Rated> ordered = corpus.stream().sorted(Comparator.comparing(Rated::docId)).toList();
    for (int bucket = 0; bucket < buckets; bucket++) {
      Path file = new Path(directory.table(), RatingsTable.fileName(bucket));
      try (ParquetWriter<Group> writer = ParquetRows.write(hadoop, file, schema)) {
        for (Rated rated : ordered) {
          byte[] docId = HexFormat.of().parseHex(rated.docId());
          if (DocumentsTable.bucket(docId, buckets) == bucket) {
            writer.write(
                groups
                    .newGroup()
                    .append("doc_id", Binary.fromConstantByteArray(docId))
                    .append("topic", topic.applyAsInt(rated)));
          }
        }
      }
    }
    long tokens = corpus.stream().mapToLong(Rated::tokens).sum();
    return new Finished<>(directory, new TopicsTable(count, count, corpus.size(), tokens, 0));
  }
}
