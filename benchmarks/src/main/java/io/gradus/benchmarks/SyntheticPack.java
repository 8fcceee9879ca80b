package io.gradus.benchmarks;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentHash;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SparkTables;
import io.gradus.common.table.TokenBytes;
import io.gradus.common.table.TokenHash;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import io.gradus.jobs.pack.PackResult;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Shards of documents of random tokens, with the tables that they come from. Documents have 1 to
 * 1,999 tokens, evenly; their order is that of their numbers, and so are their scores.
 */
final class SyntheticPack {
  private static final int VOCABULARY = 50_257;
  private static final int END_OF_TEXT = 50_256;
  private static final int MEAN_TOKENS = 1_000;
  private static final int BUCKETS = 32;
  private static final String PACKED = "packed.json";

  private static final StructType DOCUMENTS =
      new StructType()
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType, false)
          .add(DocumentsTable.SOURCE, DataTypes.StringType, false)
          .add(DocumentsTable.EXTERNAL_ID, DataTypes.StringType, true)
          .add(DocumentsTable.TEXT, DataTypes.StringType, true)
          .add(DocumentsTable.N_BYTES, DataTypes.IntegerType, false)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType, false)
          .add(DocumentsTable.TOKENS, DataTypes.BinaryType, false)
          .add(DocumentsTable.TOKEN_HASH, DataTypes.LongType, false)
          .add(DocumentsTable.META, DataTypes.StringType, true);

  private static final StructType ORDER =
      new StructType()
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType, false)
          .add(DocumentsTable.SOURCE, DataTypes.StringType, false)
          .add(SelectionTable.REPEAT, DataTypes.IntegerType, false)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType, false)
          .add(OrderTable.POSITION, DataTypes.LongType, false)
          .add(OrderTable.TOKEN_OFFSET, DataTypes.LongType, false)
          .add(OrderTable.QUANTILE, DataTypes.DoubleType, false)
          .add(SelectionTable.SCORE, DataTypes.DoubleType, false);

  private final Path folder;
  private final int rows;
  private final long tokens;

  /** About so many tokens, below a folder. */
  SyntheticPack(Path folder, long tokens) {
    this.folder = folder;
    this.rows = Math.toIntExact(tokens / MEAN_TOKENS);
    long sum = 0;
    for (int number = 0; number < rows; number++) {
      sum += length(number);
    }
    this.tokens = sum;
  }

  Finished<DocumentsTable> documents() {
    return new Finished<>(
        directory("documents"),
        new DocumentsTable(
            BUCKETS,
            rows,
            tokens,
            tokens * 2,
            "random",
            "",
            VOCABULARY,
            END_OF_TEXT,
            TokenBytes.width(VOCABULARY)));
  }

  Finished<SelectionTable> selection() {
    return new Finished<>(directory("selection"), new SelectionTable(rows, tokens, Map.of()));
  }

  Finished<OrderTable> order() {
    return new Finished<>(directory("order"), new OrderTable(rows, tokens, "ascending", "overall"));
  }

  /** What was packed, writing it where it is not there yet. */
  Finished<PackedShards> packed(JobContext context, PackConfig config) {
    StageDirectory output = directory("pack");
    Optional<String> there = directory("").text(PACKED);
    if (there.isEmpty()) {
      write(context);
      PackResult result = new PackJob().run(context, config, documents(), order(), output);
      directory("").writeText(PACKED, Json.write(result.table()));
    }
    return new Finished<>(
        output, Json.read(directory("").text(PACKED).orElseThrow(), PackedShards.class));
  }

  private void write(JobContext context) {
    Dataset<Row> numbers = context.session().range(0, rows, 1, BUCKETS).toDF();
    SparkTables.write(
        numbers
            .map((MapFunction<Row, Row>) row -> document(row.getLong(0)), Encoders.row(DOCUMENTS))
            .repartitionById(
                BUCKETS, DocumentHash.bucket(functions.col(DocumentsTable.DOC_ID), BUCKETS))
            .sortWithinPartitions(DocumentsTable.DOC_ID),
        documents().directory().table());
    Dataset<Row> order = context.session().createDataFrame(orderRows(), ORDER).repartition(4);
    order.write().parquet(order().directory().table().toString());
    order
        .withColumn(SelectionTable.KEY, functions.col(SelectionTable.SCORE))
        .withColumn(SelectionTable.INCLUSION, functions.lit(1.0))
        .write()
        .parquet(selection().directory().table().toString());
  }

  private List<Row> orderRows() {
    List<Row> all = new ArrayList<>(rows);
    long offset = 0;
    for (int number = 0; number < rows; number++) {
      int length = length(number);
      all.add(
          RowFactory.create(
              id(number),
              source(number),
              0,
              length,
              (long) number,
              offset,
              (double) offset / tokens,
              (double) number));
      offset += length;
    }
    return all;
  }

  private static Row document(long number) {
    int[] ids = new int[length(number)];
    SplittableRandom random = new SplittableRandom(~number);
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(END_OF_TEXT);
    }
    int width = TokenBytes.width(VOCABULARY);
    byte[] bytes = TokenBytes.encode(ids, width);
    return RowFactory.create(
        id(number),
        source(number),
        null,
        null,
        bytes.length,
        ids.length,
        bytes,
        TokenHash.of(bytes, width),
        null);
  }

  private static int length(long number) {
    return 1 + new SplittableRandom(number).nextInt(2 * MEAN_TOKENS - 1);
  }

  private static byte[] id(long number) {
    SplittableRandom random = new SplittableRandom(number * 31 + 7);
    return ByteBuffer.allocate(16).putLong(random.nextLong()).putLong(random.nextLong()).array();
  }

  private static String source(long number) {
    return "source-" + number % 7;
  }

  StageDirectory directory(String name) {
    return RatingsOptions.directory(name.isEmpty() ? folder : folder.resolve(name));
  }
}
