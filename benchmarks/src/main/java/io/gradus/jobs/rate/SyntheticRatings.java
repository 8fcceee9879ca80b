package io.gradus.jobs.rate;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * Writes a ratings table with the shape of QuRatedPajama's, and topics beside it, without rating
 * anything: four correlated criteria rounded to 1e-4, seven sources in SlimPajama's proportions or
 * as many as are asked for, log-normal numbers of tokens. The files are those that {@code rate}
 * writes; it lies in this package since their schema is no public interface. Everything follows
 * from the numbers of rows, sources and topics.
 */
public final class SyntheticRatings {
  /** QuRating's criteria. */
  public static final List<String> CRITERIA =
      List.of("writing_style", "required_expertise", "facts_and_trivia", "educational_value");

  private static final int ROWS_PER_FILE = 1_000_000;
  private static final String WRITTEN = "written.json";

  /** SlimPajama's sources and their shares of its documents, in percent. */
  private static final List<String> SOURCES =
      List.of(
          "RedPajamaCommonCrawl",
          "RedPajamaC4",
          "RedPajamaGithub",
          "RedPajamaArXiv",
          "RedPajamaBook",
          "RedPajamaWikipedia",
          "RedPajamaStackExchange");

  private static final double[] SHARES = {52.2, 26.7, 5.2, 4.6, 4.2, 3.8, 3.3};

  private static final double MEAN_TOKENS = 1000;
  private static final double TOKENS_SPREAD = 0.8;

  /** Criteria correlate by this much. */
  private static final double CORRELATION = 0.5;

  /** How far the means of sources lie apart. */
  private static final double SOURCE_SPREAD = 0.5;

  /** Each criterion's mean and spread, of the size of QuRating's logits. */
  private static final double[] MEANS = {0.6, -0.4, 0.9, 0.2};

  private static final double[] SPREADS = {2.0, 2.4, 2.6, 2.2};

  private final long rows;
  private final int buckets;
  private final int topics;
  private final List<String> sources;
  private final double[] cumulativeShares;
  private final StageDirectory directory;
  private final MessageType ratingsSchema = RaterFile.ratingsSchema(CRITERIA);
  private final MessageType topicsSchema =
      new MessageType(
          "topics",
          Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID),
          Types.required(PrimitiveTypeName.INT32).named(TopicsTable.TOPIC));

  /**
   * What lies in a folder.
   *
   * @param ratings the table in {@code table/}
   * @param topics how many topics the table in {@code topics/table/} has; 0 when there is none
   */
  public record Written(RatingsTable ratings, int topics) {}

  private SyntheticRatings(long rows, int sources, int topics, StageDirectory directory) {
    this.rows = rows;
    this.buckets = (int) Math.max(1, (rows + ROWS_PER_FILE - 1) / ROWS_PER_FILE);
    this.topics = topics;
    this.directory = directory;
    this.sources = sources == SOURCES.size() ? SOURCES : names(sources);
    this.cumulativeShares = sources == SOURCES.size() ? SHARES.clone() : shrinking(sources);
    Arrays.parallelPrefix(cumulativeShares, Double::sum);
  }

  private static List<String> names(int sources) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= sources; i++) {
      names.add(String.format("source-%05d.example", i));
    }
    return names;
  }

  /** The n-th source is as large as 1/n. */
  private static double[] shrinking(int sources) {
    double[] shares = new double[sources];
    Arrays.setAll(shares, i -> 1.0 / (i + 1));
    return shares;
  }

  /**
   * Writes the tables, or finds that they are there already.
   *
   * @param rows of the table, one million in a file
   * @param sources 7 for SlimPajama's; any other number for so many, the n-th as large as 1/n
   * @param topics how many; 0 for no topics
   * @param threads that write files at the same time
   */
  public static Written at(
      StageDirectory directory, long rows, int sources, int topics, int threads)
      throws InterruptedException, ExecutionException {
    Optional<String> there = directory.text(WRITTEN);
    if (there.isPresent()) {
      return Json.read(there.get(), Written.class);
    }
    directory.clear();
    long tokens = new SyntheticRatings(rows, sources, topics, directory).write(threads);
    Written written = new Written(new RatingsTable(CRITERIA, rows, tokens), topics);
    directory.writeText(WRITTEN, Json.write(written));
    return written;
  }

  /** Where the topics lie beside ratings. */
  public static StageDirectory topics(StageDirectory ratings, Configuration hadoop) {
    return new StageDirectory(new Path(ratings.path(), "topics"), hadoop);
  }

  /** Writes all files and returns their tokens. */
  private long write(int threads) throws InterruptedException, ExecutionException {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Long>> files = new ArrayList<>();
      for (int bucket = 0; bucket < buckets; bucket++) {
        int number = bucket;
        files.add(executor.submit(() -> writeBucket(number)));
      }
      long tokens = 0;
      for (Future<Long> file : files) {
        tokens += file.get();
      }
      return tokens;
    } finally {
      executor.shutdownNow();
    }
  }

  private long writeBucket(int bucket) throws IOException {
    Configuration hadoop = new Configuration();
    long[] ids = ids(bucket);
    SplittableRandom chance = new SplittableRandom(bucket + ((long) buckets << 32));
    SimpleGroupFactory groups = new SimpleGroupFactory(ratingsSchema);
    SimpleGroupFactory topicGroups = new SimpleGroupFactory(topicsSchema);
    String name = RatingsTable.fileName(bucket);
    Path topicsFile = new Path(topics(directory, hadoop).table(), name);
    long sum = 0;
    try (ParquetWriter<Group> ratings =
            ParquetRows.write(hadoop, new Path(directory.table(), name), ratingsSchema);
        ParquetWriter<Group> ofTopics =
            topics == 0 ? null : ParquetRows.write(hadoop, topicsFile, topicsSchema)) {
      for (long id : ids) {
        byte[] docId = ByteBuffer.allocate(2 * Long.BYTES).putLong(id).putLong(mixed(~id)).array();
        int source = source(chance);
        int tokens = tokens(chance);
        sum += tokens;
        RatedDocument document = new RatedDocument(docId, sources.get(source), tokens, "");
        Group row = groups.newGroup();
        RaterFile.fill(row, document, 1 + tokens / 512, CRITERIA, scores(source, chance));
        ratings.write(row);
        if (ofTopics != null) {
          Group topic = topicGroups.newGroup();
          topic.add(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(docId));
          topic.add(TopicsTable.TOPIC, topic(source, chance));
          ofTopics.write(topic);
        }
      }
    }
    return sum;
  }

  /** The first halves of the bucket's doc_ids, ascending: hashes of the rows' numbers. */
  private long[] ids(int bucket) {
    long first = rows * bucket / buckets;
    long end = rows * (bucket + 1) / buckets;
    // DocumentsTable.bucket looks at the first 31 bits.
    long from = heads(bucket);
    long width = heads(bucket + 1) - from;
    long[] ids = new long[(int) (end - first)];
    for (int i = 0; i < ids.length; i++) {
      long hash = mixed(first + i);
      ids[i] = (from + (hash >>> 33) % width) << 33 | (hash & 0x1_ffff_ffffL);
    }
    // In unsigned order, which is that of the bytes.
    for (int i = 0; i < ids.length; i++) {
      ids[i] ^= Long.MIN_VALUE;
    }
    Arrays.sort(ids);
    for (int i = 0; i < ids.length; i++) {
      ids[i] ^= Long.MIN_VALUE;
      if (i > 0 && ids[i] == ids[i - 1]) {
        throw new IllegalStateException("Two documents share the first half of their doc_id");
      }
    }
    return ids;
  }

  /** The least 31 bits that a doc_id of the bucket can begin with. */
  private long heads(int bucket) {
    return (((long) bucket << 31) + buckets - 1) / buckets;
  }

  /** SplitMix64's finalizer, which maps no two numbers to the same one. */
  private static long mixed(long number) {
    return new SplittableRandom(number).nextLong();
  }

  private int source(SplittableRandom chance) {
    double at = chance.nextDouble() * cumulativeShares[cumulativeShares.length - 1];
    int found = Arrays.binarySearch(cumulativeShares, at);
    return Math.min(cumulativeShares.length - 1, found < 0 ? -1 - found : found + 1);
  }

  private static int tokens(SplittableRandom chance) {
    double location = Math.log(MEAN_TOKENS) - TOKENS_SPREAD * TOKENS_SPREAD / 2;
    return (int)
        Math.max(1, Math.round(Math.exp(location + TOKENS_SPREAD * chance.nextGaussian())));
  }

  /** Each source has its topics, as big ones have. */
  private int topic(int source, SplittableRandom chance) {
    double skewed = chance.nextDouble() * chance.nextDouble();
    return (source + (int) (skewed * topics)) % topics;
  }

  private static double[] scores(int source, SplittableRandom chance) {
    double common = Math.sqrt(CORRELATION) * chance.nextGaussian();
    double[] scores = new double[CRITERIA.size()];
    for (int i = 0; i < scores.length; i++) {
      double own = Math.sqrt(1 - CORRELATION) * chance.nextGaussian();
      double ofSource = SOURCE_SPREAD * Math.sin(3 * source + i);
      scores[i] = Math.rint(1e4 * (MEANS[i] + SPREADS[i] * (common + own + ofSource))) / 1e4;
    }
    return scores;
  }
}
