package io.gradus.benchmarks;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.TokenBytes;
import io.gradus.common.table.TokenHash;
import io.gradus.common.workspace.Finished;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * Documents of 8 to 16 tokens and an order of them, as {@code ingest} and {@code order} write them,
 * written without a shuffle, so that there can be a hundred million. Document {@code n} is the n-th
 * by its id; it comes at the position {@code p} with {@code n = p * step mod documents}, which has
 * nothing to do with where it lies. Lengths follow from positions, so that offsets need no sum.
 */
final class TinyDocuments {
  private static final int VOCABULARY = 50_257;
  private static final int LEAST_TOKENS = 8;
  private static final int LENGTHS = 9;
  private static final int DOCUMENTS_PER_BUCKET = 1_000_000;
  private static final int LEAST_BUCKETS = 16;
  private static final int ROWS_PER_FILE = 2_000_000;
  private static final double GOLDEN = 0.618_033_988_749_895;

  private static final MessageType DOCUMENTS =
      new MessageType(
          "documents",
          Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID),
          string(DocumentsTable.SOURCE),
          Types.required(PrimitiveTypeName.INT32).named(DocumentsTable.N_TOKENS),
          Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.TOKENS),
          Types.required(PrimitiveTypeName.INT64).named(DocumentsTable.TOKEN_HASH));

  private static final MessageType ORDER =
      new MessageType(
          "order",
          Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID),
          string(DocumentsTable.SOURCE),
          Types.required(PrimitiveTypeName.INT32).named(SelectionTable.REPEAT),
          Types.required(PrimitiveTypeName.INT32).named(DocumentsTable.N_TOKENS),
          Types.required(PrimitiveTypeName.INT64).named(OrderTable.POSITION),
          Types.required(PrimitiveTypeName.INT64).named(OrderTable.TOKEN_OFFSET),
          Types.required(PrimitiveTypeName.DOUBLE).named(OrderTable.QUANTILE),
          Types.required(PrimitiveTypeName.DOUBLE).named(SelectionTable.SCORE));

  private final Path folder;
  private final long count;
  private final int buckets;
  private final long step;
  private final long inverse;

  /** So many documents, below a folder. */
  TinyDocuments(Path folder, long count) {
    this.folder = folder;
    this.count = count;
    this.buckets = (int) Math.max(LEAST_BUCKETS, count / DOCUMENTS_PER_BUCKET);
    BigInteger all = BigInteger.valueOf(count);
    BigInteger coprime = BigInteger.valueOf((long) (count * GOLDEN) + 1);
    while (!coprime.gcd(all).equals(BigInteger.ONE)) {
      coprime = coprime.add(BigInteger.ONE);
    }
    this.step = coprime.longValueExact();
    this.inverse = coprime.modInverse(all).longValueExact();
  }

  private static org.apache.parquet.schema.Type string(String name) {
    return Types.required(PrimitiveTypeName.BINARY)
        .as(LogicalTypeAnnotation.stringType())
        .named(name);
  }

  Finished<DocumentsTable> documents() {
    return new Finished<>(
        RatingsOptions.directory(folder.resolve("documents")),
        new DocumentsTable(
            buckets, count, tokens(), 4 * tokens(), "random", "", VOCABULARY, VOCABULARY - 1, 2));
  }

  Finished<OrderTable> order() {
    return new Finished<>(
        RatingsOptions.directory(folder.resolve("order")),
        new OrderTable(count, tokens(), "ascending", "overall"));
  }

  long tokens() {
    return offset(count);
  }

  /** Writes both tables where they are not there yet. */
  void write(int threads) throws IOException, InterruptedException, ExecutionException {
    Path complete = folder.resolve("complete");
    if (Files.exists(complete)) {
      return;
    }
    documents().directory().clear();
    order().directory().clear();
    List<Callable<Void>> files = new ArrayList<>();
    for (int bucket = 0; bucket < buckets; bucket++) {
      int one = bucket;
      files.add(() -> writeBucket(one));
    }
    for (long first = 0; first < count; first += ROWS_PER_FILE) {
      long from = first;
      files.add(() -> writeOrder(from, Math.min(count, from + ROWS_PER_FILE)));
    }
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      for (Future<Void> file : executor.invokeAll(files)) {
        file.get();
      }
    } finally {
      executor.shutdownNow();
    }
    Files.createFile(complete);
  }

  private Void writeBucket(int bucket) throws IOException {
    // Buckets ascend with ids, and ids with numbers; the first guess is short by one at most.
    long number = Math.max(0, bucket * count / buckets - 1);
    while (number < count && DocumentsTable.bucket(id(number), buckets) < bucket) {
      number++;
    }
    try (ParquetWriter<Group> out =
        open(documents(), String.format(Locale.ROOT, "part-%05d-tiny.parquet", bucket))) {
      for (; number < count && DocumentsTable.bucket(id(number), buckets) == bucket; number++) {
        long position = (number * inverse) % count;
        SplittableRandom random = new SplittableRandom(number);
        int[] tokens = random.ints(length(position), 0, VOCABULARY - 1).toArray();
        byte[] bytes = TokenBytes.encode(tokens, 2);
        Group row = new SimpleGroup(DOCUMENTS);
        row.add(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(id(number)));
        row.add(DocumentsTable.SOURCE, source(number));
        row.add(DocumentsTable.N_TOKENS, tokens.length);
        row.add(DocumentsTable.TOKENS, Binary.fromConstantByteArray(bytes));
        row.add(DocumentsTable.TOKEN_HASH, TokenHash.of(bytes, 2));
        out.write(row);
      }
    }
    return null;
  }

  private Void writeOrder(long from, long to) throws IOException {
    String name = String.format(Locale.ROOT, "part-%05d.parquet", from / ROWS_PER_FILE);
    double all = tokens();
    try (ParquetWriter<Group> out = open(order(), name)) {
      for (long position = from; position < to; position++) {
        long number = (position * step) % count;
        Group row = new SimpleGroup(ORDER);
        row.add(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(id(number)));
        row.add(DocumentsTable.SOURCE, source(number));
        row.add(SelectionTable.REPEAT, 0);
        row.add(DocumentsTable.N_TOKENS, length(position));
        row.add(OrderTable.POSITION, position);
        row.add(OrderTable.TOKEN_OFFSET, offset(position));
        row.add(OrderTable.QUANTILE, offset(position) / all);
        row.add(SelectionTable.SCORE, position / (double) count);
        out.write(row);
      }
    }
    return null;
  }

  private static ParquetWriter<Group> open(Finished<?> table, String name) throws IOException {
    return ParquetRows.write(
        new Configuration(),
        new org.apache.hadoop.fs.Path(table.directory().table(), name),
        table.table() instanceof DocumentsTable ? DOCUMENTS : ORDER);
  }

  private byte[] id(long number) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong((number * (Long.MAX_VALUE / count)) << 1)
        .putLong(new SplittableRandom(~number).nextLong())
        .array();
  }

  private static String source(long number) {
    return "source-" + number % 7;
  }

  private static int length(long position) {
    return LEAST_TOKENS + (int) (position % LENGTHS);
  }

  /** The tokens of all documents before a position. */
  private static long offset(long position) {
    long rest = position % LENGTHS;
    return LEAST_TOKENS * position
        + position / LENGTHS * (LENGTHS * (LENGTHS - 1) / 2)
        + rest * (rest - 1) / 2;
  }
}
