package io.gradus.benchmarks;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SparkTables;
import io.gradus.common.table.TokenBytes;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Synthetic documents that are tokenized already, as {@code ingest} stores them, and an order of
 * them that has nothing to do with where they lie. The documents carry their position too, for who
 * sorts by it.
 *
 * @param documents the documents table
 * @param order the order table
 */
record StoredTokens(Finished<DocumentsTable> documents, Finished<OrderTable> order) {
  private static final int VOCABULARY = 50_257;
  private static final int MEAN_TOKENS = 500;
  private static final int BUCKETS = 16;
  private static final StructType DOCUMENTS =
      new StructType()
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType)
          .add(DocumentsTable.SOURCE, DataTypes.StringType)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType)
          .add(DocumentsTable.TOKENS, DataTypes.BinaryType)
          .add(OrderTable.POSITION, DataTypes.LongType)
          .add("bucket", DataTypes.IntegerType);
  private static final StructType ORDER =
      new StructType()
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType)
          .add(DocumentsTable.SOURCE, DataTypes.StringType)
          .add(SelectionTable.REPEAT, DataTypes.IntegerType)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType)
          .add(OrderTable.POSITION, DataTypes.LongType)
          .add(OrderTable.TOKEN_OFFSET, DataTypes.LongType)
          .add(OrderTable.QUANTILE, DataTypes.DoubleType)
          .add(SelectionTable.SCORE, DataTypes.DoubleType);

  OrderTable table() {
    return order.table();
  }

  /** The documents of so many tokens, which are written where they are not there yet. */
  static StoredTokens at(JobContext context, Path folder, long tokens) throws IOException {
    int count = Math.toIntExact(Math.max(1, tokens / MEAN_TOKENS));
    StageDirectory documents = RatingsOptions.directory(folder.resolve("documents"));
    StageDirectory order = RatingsOptions.directory(folder.resolve("order"));
    long[] lengths = IntStream.range(0, count).mapToLong(StoredTokens::length).toArray();
    long all = Arrays.stream(lengths).sum();
    if (!Files.exists(folder.resolve("written"))) {
      documents.clear();
      order.clear();
      write(context, documents, order, lengths, all);
      Files.createFile(folder.resolve("written"));
    }
    return new StoredTokens(
        new Finished<>(
            documents,
            new DocumentsTable(
                BUCKETS, count, all, 4 * all, "gpt2", "", VOCABULARY, VOCABULARY - 1, 2)),
        new Finished<>(order, new OrderTable(count, all, "ascending", "overall")));
  }

  private static void write(
      JobContext context,
      StageDirectory documents,
      StageDirectory order,
      long[] lengths,
      long tokens) {
    // Position p holds the document whose hash is the p-th smallest: no relation to its bucket.
    Integer[] byPosition = new Integer[lengths.length];
    Arrays.setAll(byPosition, i -> i);
    Arrays.sort(byPosition, Comparator.comparingLong(document -> random(document, 3).nextLong()));
    int[] positions = new int[lengths.length];
    List<Row> ordered = new ArrayList<>();
    for (int position = 0; position < lengths.length; position++) {
      int document = byPosition[position];
      positions[document] = position;
      ordered.add(RowFactory.create(docId(document), source(document), (int) lengths[document]));
    }
    writeOrder(context, order, ordered, tokens);
    Dataset<Row> all =
        context
            .session()
            .range(0, lengths.length, 1, BUCKETS)
            .map(
                (MapFunction<Long, Row>) id -> document(id.intValue(), positions[id.intValue()]),
                Encoders.row(DOCUMENTS));
    SparkTables.write(
        all.repartitionById(BUCKETS, functions.col("bucket"))
            .sortWithinPartitions(DocumentsTable.DOC_ID)
            .drop("bucket"),
        documents.table());
  }

  /** Writes an order table of documents, given by id, source and tokens in their order. */
  static void writeOrder(JobContext context, StageDirectory order, List<Row> ordered, long tokens) {
    List<Row> rows = new ArrayList<>();
    long offset = 0;
    for (Row document : ordered) {
      double quantile = (double) offset / tokens;
      rows.add(
          RowFactory.create(
              document.get(0),
              document.get(1),
              0,
              document.getInt(2),
              (long) rows.size(),
              offset,
              quantile,
              quantile));
      offset += document.getInt(2);
    }
    context
        .session()
        .createDataFrame(rows, ORDER)
        .coalesce(1)
        .write()
        .option("compression", "zstd")
        .parquet(order.table().toString());
  }

  private static Row document(int document, long position) {
    byte[] id = docId(document);
    int length = length(document);
    SplittableRandom random = random(document, 1);
    int[] tokens = new int[length];
    for (int i = 0; i < length; i++) {
      // Few ids often and most seldom, as words are.
      double unit = random.nextDouble();
      tokens[i] = (int) Math.pow(VOCABULARY - 1.0, unit) - 1;
    }
    return RowFactory.create(
        id,
        source(document),
        length,
        TokenBytes.encode(tokens, 2),
        position,
        DocumentsTable.bucket(id, BUCKETS));
  }

  private static SplittableRandom random(int document, int purpose) {
    return new SplittableRandom(document * 31L + purpose);
  }

  /** Many short documents and a few long ones. */
  private static int length(int document) {
    double unit = random(document, 2).nextDouble();
    return 1 + (int) Math.min(100_000, -MEAN_TOKENS * Math.log(1 - unit));
  }

  private static byte[] docId(int document) {
    SplittableRandom random = random(document, 4);
    return ByteBuffer.allocate(16).putLong(random.nextLong()).putLong(random.nextLong()).array();
  }

  private static String source(int document) {
    return "source-" + document % 7;
  }
}
