package io.gradus.benchmarks;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
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
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * A selection as {@code sample} writes it, without sampling anything: seven sources, the first of
 * which has half of the rows, normal scores rounded to 1e-4, log-normal numbers of tokens. A column
 * {@code type} numbers the sources, which Kaiyuan-Spark needs.
 */
final class SyntheticSelection {
  private static final int ROWS_PER_FILE = 1_000_000;
  private static final String WRITTEN = "written.json";
  private static final String TYPE = "type";

  /** Where each source ends, in percent of the rows. */
  private static final int[] ENDS = {50, 72, 82, 88, 93, 97, 100};

  private static final MessageType SCHEMA =
      new MessageType(
          "selection",
          Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID),
          Types.required(PrimitiveTypeName.BINARY)
              .as(LogicalTypeAnnotation.stringType())
              .named(DocumentsTable.SOURCE),
          Types.required(PrimitiveTypeName.INT32).named(TYPE),
          Types.required(PrimitiveTypeName.INT32).named(DocumentsTable.N_TOKENS),
          Types.required(PrimitiveTypeName.DOUBLE).named(SelectionTable.SCORE),
          Types.required(PrimitiveTypeName.INT32).named(SelectionTable.REPEAT));

  private SyntheticSelection() {}

  /** Writes the table, or finds that it is there already. */
  static SelectionTable at(StageDirectory directory, long rows, int threads)
      throws InterruptedException, ExecutionException {
    Optional<String> there = directory.text(WRITTEN);
    if (there.isPresent()) {
      return Json.read(there.get(), SelectionTable.class);
    }
    directory.clear();
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    Map<String, Long> tokens = new TreeMap<>();
    try {
      List<Future<Map<String, Long>>> files = new ArrayList<>();
      for (long first = 0; first < rows; first += ROWS_PER_FILE) {
        long from = first;
        long to = Math.min(rows, first + ROWS_PER_FILE);
        files.add(executor.submit(() -> write(directory, from, to)));
      }
      for (Future<Map<String, Long>> file : files) {
        file.get().forEach((source, sum) -> tokens.merge(source, sum, Long::sum));
      }
    } finally {
      executor.shutdownNow();
    }
    long all = tokens.values().stream().mapToLong(Long::longValue).sum();
    SelectionTable table = new SelectionTable(rows, all, tokens);
    directory.writeText(WRITTEN, Json.write(table));
    return table;
  }

  private static Map<String, Long> write(StageDirectory directory, long from, long to)
      throws IOException {
    Map<String, Long> sums = new TreeMap<>();
    SplittableRandom chance = new SplittableRandom(from);
    SimpleGroupFactory groups = new SimpleGroupFactory(SCHEMA);
    String name = String.format(Locale.ROOT, "part-%05d.parquet", from / ROWS_PER_FILE);
    try (ParquetWriter<Group> out =
        ParquetRows.write(new Configuration(), new Path(directory.table(), name), SCHEMA)) {
      for (long row = from; row < to; row++) {
        int percent = chance.nextInt(100);
        int type = 0;
        while (percent >= ENDS[type]) {
          type++;
        }
        String source = "source-" + type;
        int tokens = (int) Math.max(1, Math.round(Math.exp(6.6 + 0.8 * chance.nextGaussian())));
        sums.merge(source, (long) tokens, Long::sum);
        Group group = groups.newGroup();
        byte[] id =
            ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(new SplittableRandom(row).nextLong())
                .putLong(row)
                .array();
        group.add(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(id));
        group.add(DocumentsTable.SOURCE, source);
        group.add(TYPE, type);
        group.add(DocumentsTable.N_TOKENS, tokens);
        group.add(SelectionTable.SCORE, Math.rint(1e4 * chance.nextGaussian()) / 1e4);
        group.add(SelectionTable.REPEAT, 0);
        out.write(group);
      }
    }
    return sums;
  }
}
