package io.gradus.integration;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * Ratings and topics of documents that do not exist, in the files that {@code rate} and {@code
 * topics} write: sources of very different size, a rating with many ties that one document in ten
 * lacks, two without ties of which one is skewed; one document in a hundred is without a topic.
 * They follow from the number of rows alone.
 *
 * @param largest tokens of the largest document
 */
record GeneratedRatings(Finished<RatingsTable> ratings, Finished<TopicsTable> topics, int largest) {
  private static final List<String> CRITERIA = List.of("clarity", "depth", "grade");
  private static final int BUCKETS = 8;
  private static final int TOPICS = 25;

  /** Each half as large as the one before. */
  private static final List<String> SOURCES =
      List.of(
          "cc-2019", "cc-2020", "cc-2021", "github", "books", "wiki", "arxiv", "forum", "news",
          "law", "manuals", "poems");

  private static final MessageType RATINGS =
      MessageTypeParser.parseMessageType(
          """
          message ratings {
            required binary doc_id;
            required binary source (STRING);
            required int32 n_tokens;
            required int32 n_chunks;
            optional double clarity;
            optional double depth;
            optional double grade;
          }
          """);
  private static final MessageType TOPICS_OF_ROWS =
      MessageTypeParser.parseMessageType(
          "message topics { required binary doc_id; required int32 topic; }");

  /** Rows of a bucket, how many are without a topic, its tokens, and the largest document's. */
  private record Bucket(long rows, long withoutTopic, long tokens, int largest) {}

  /** Writes both tables into a folder. */
  static GeneratedRatings write(Path folder, int rows) {
    StageDirectory ratings = directory(folder.resolve("ratings"));
    StageDirectory topics = directory(folder.resolve("topics"));
    List<Bucket> buckets =
        IntStream.range(0, BUCKETS)
            .parallel()
            .mapToObj(bucket -> write(ratings, topics, bucket, rows / BUCKETS))
            .toList();
    long written = buckets.stream().mapToLong(Bucket::rows).sum();
    long tokens = buckets.stream().mapToLong(Bucket::tokens).sum();
    long withoutTopic = buckets.stream().mapToLong(Bucket::withoutTopic).sum();
    return new GeneratedRatings(
        new Finished<>(ratings, new RatingsTable(CRITERIA, written, tokens)),
        new Finished<>(topics, new TopicsTable(TOPICS, TOPICS, written, tokens, withoutTopic)),
        buckets.stream().mapToInt(Bucket::largest).max().orElseThrow());
  }

  private static Bucket write(StageDirectory ratings, StageDirectory topics, int bucket, int rows) {
    Configuration hadoop = new Configuration();
    SplittableRandom chance = new SplittableRandom(bucket);
    String name = RatingsTable.fileName(bucket);
    SimpleGroupFactory groups = new SimpleGroupFactory(RATINGS);
    SimpleGroupFactory topicGroups = new SimpleGroupFactory(TOPICS_OF_ROWS);
    long withoutTopic = 0;
    long sum = 0;
    int largest = 0;
    try (ParquetWriter<Group> writer =
            ParquetRows.write(
                hadoop, new org.apache.hadoop.fs.Path(ratings.table(), name), RATINGS);
        ParquetWriter<Group> topicWriter =
            ParquetRows.write(
                hadoop, new org.apache.hadoop.fs.Path(topics.table(), name), TOPICS_OF_ROWS)) {
      for (long head : heads(bucket, rows, chance)) {
        byte[] docId =
            ByteBuffer.allocate(2 * Long.BYTES).putLong(head).putLong(chance.nextLong()).array();
        if (DocumentsTable.bucket(docId, BUCKETS) != bucket) {
          throw new IllegalStateException("A document is in the wrong bucket");
        }
        int source = Math.min(Long.numberOfTrailingZeros(chance.nextLong()), SOURCES.size() - 1);
        double common = chance.nextGaussian();
        int tokens = (int) Math.max(1, Math.exp(5.5 + 0.9 * chance.nextGaussian()));
        Group row =
            groups
                .newGroup()
                .append(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(docId))
                .append(DocumentsTable.SOURCE, SOURCES.get(source))
                .append(DocumentsTable.N_TOKENS, tokens)
                .append(RatingsTable.N_CHUNKS, 1)
                .append("clarity", rounded(0.3 * source + common + chance.nextGaussian()))
                .append("depth", rounded(Math.exp(0.7 * common - 0.1 * source)));
        if (chance.nextInt(10) > 0) {
          double grade = Math.rint(2.5 + common + 0.5 * chance.nextGaussian());
          row.append("grade", Math.max(0, Math.min(5, grade)));
        }
        writer.write(row);
        int topic = (source + chance.nextInt(1 + chance.nextInt(TOPICS))) % TOPICS;
        if (chance.nextInt(100) == 0) {
          topic = TOPICS;
          withoutTopic++;
        }
        topicWriter.write(
            topicGroups
                .newGroup()
                .append(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(docId))
                .append(TopicsTable.TOPIC, topic));
        sum += tokens;
        largest = Math.max(largest, tokens);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Bucket(rows, withoutTopic, sum, largest);
  }

  /** First halves of doc_ids, ascending; there are 8 buckets, so the first 3 bits tell which. */
  private static long[] heads(int bucket, int rows, SplittableRandom chance) {
    long[] heads = chance.longs(rows).map(head -> head >>> 3).distinct().sorted().toArray();
    return Arrays.stream(heads).map(head -> head | ((long) bucket << 61)).toArray();
  }

  private static double rounded(double score) {
    return Math.rint(score * 1e4) / 1e4;
  }

  private static StageDirectory directory(Path path) {
    return new StageDirectory(new org.apache.hadoop.fs.Path(path.toUri()), new Configuration());
  }
}
