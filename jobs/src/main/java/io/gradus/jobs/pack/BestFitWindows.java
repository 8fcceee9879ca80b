package io.gradus.jobs.pack;

import static org.apache.spark.sql.functions.expr;

import io.gradus.common.job.UserMistake;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Best-fit packing of an order of any size: windows of consecutive documents are packed by
 * themselves, so that no document moves further than its window; the sequences of all windows are
 * counted, and the windows' first sequences follow from the counts.
 *
 * @param streamTokens the length of the concatenated stream
 * @param windowTokens the length of a window of it
 */
record BestFitWindows(long streamTokens, long windowTokens, int sequenceLength, DocumentMarks marks)
    implements Serializable {
  private static final String WINDOW = "window";
  private static final String SEQUENCES = "sequences";

  /** Windows of one partition; a function of nothing, so that files are the same everywhere. */
  private static final int WINDOWS_OF_PARTITION = 64;

  /** The driver holds a number for each window. */
  private static final long MOST_WINDOWS = 1_000_000;

  /**
   * Rows with their places.
   *
   * @param rows the placement's columns, partitions and rows inside them in stream order
   * @param sequences how many sequences there are
   */
  record Placed(Dataset<Row> rows, long sequences) {}

  /** Packs rows of an order. */
  Placed place(Dataset<Row> order) {
    long windows = (streamTokens + windowTokens - 1) / windowTokens;
    if (windows > MOST_WINDOWS) {
      throw new UserMistake(
          String.format(
              "pack.best-fit-window: %d makes more than %,d windows of %,d tokens; give at least"
                  + " %d.",
              windowTokens, MOST_WINDOWS, streamTokens, streamTokens / MOST_WINDOWS + 1));
    }
    Dataset<Row> inWindows =
        order
            .select(Placement.orderColumns())
            .withColumn(
                WINDOW,
                expr(
                    String.format(
                        "(%s + %s * %dL) div %dL",
                        OrderTable.TOKEN_OFFSET,
                        OrderTable.POSITION,
                        marks.tokens(),
                        windowTokens)))
            .repartitionById(
                Math.toIntExact((windows + WINDOWS_OF_PARTITION - 1) / WINDOWS_OF_PARTITION),
                expr(WINDOW + " div " + WINDOWS_OF_PARTITION).cast(DataTypes.IntegerType))
            .sortWithinPartitions(OrderTable.POSITION);
    long[] firstSequences = firstSequences(inWindows, Math.toIntExact(windows));
    long sequences = firstSequences[firstSequences.length - 1];
    Broadcast<long[]> firsts =
        JavaSparkContext.fromSparkContext(order.sparkSession().sparkContext())
            .broadcast(firstSequences);
    MapPartitionsFunction<Row, Row> place = rows -> placed(new Windows(rows), firsts.value());
    return new Placed(inWindows.mapPartitions(place, Encoders.row(Placement.SCHEMA)), sequences);
  }

  /** The first sequence of each window, and the number of all sequences last. */
  private long[] firstSequences(Dataset<Row> inWindows, int windows) {
    MapPartitionsFunction<Row, Row> count =
        rows -> {
          Windows packed = new Windows(rows);
          List<Row> counts = new ArrayList<>();
          while (packed.hasNext()) {
            Window window = packed.next();
            counts.add(RowFactory.create(window.number, (long) window.sequences()));
          }
          return counts.iterator();
        };
    StructType schema =
        new StructType().add(WINDOW, DataTypes.LongType).add(SEQUENCES, DataTypes.LongType);
    long[] firsts = new long[windows + 1];
    // Bounded by MOST_WINDOWS.
    for (Row row : inWindows.mapPartitions(count, Encoders.row(schema)).collectAsList()) {
      firsts[Math.toIntExact(row.getLong(0)) + 1] = row.getLong(1);
    }
    Arrays.parallelPrefix(firsts, Long::sum);
    return firsts;
  }

  private Iterator<Row> placed(Windows windows, long[] firstSequences) {
    return new Iterator<>() {
      private Window window;
      private int next;

      @Override
      public boolean hasNext() {
        while ((window == null || next == window.parts.size()) && windows.hasNext()) {
          window = windows.next();
          next = 0;
        }
        return window != null && next < window.parts.size();
      }

      @Override
      public Row next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        BestFit.Part part = window.parts.get(next++);
        long sequence = firstSequences[Math.toIntExact(window.number)] + part.sequence();
        return Placement.row(
            window.documents.get(part.document()),
            part.first(),
            part.tokens(),
            sequence * sequenceLength + part.offset());
      }
    };
  }

  /** A window's documents and their parts in stream order. */
  private record Window(long number, List<Row> documents, List<BestFit.Part> parts) {
    int sequences() {
      return parts.get(parts.size() - 1).sequence() + 1;
    }
  }

  /** Packs rows, sorted by position, window by window. */
  private final class Windows implements Iterator<Window> {
    private final Iterator<Row> rows;
    private Row ahead;

    Windows(Iterator<Row> rows) {
      this.rows = rows;
      this.ahead = rows.hasNext() ? rows.next() : null;
    }

    @Override
    public boolean hasNext() {
      return ahead != null;
    }

    @Override
    public Window next() {
      if (ahead == null) {
        throw new NoSuchElementException();
      }
      long number = ahead.getAs(WINDOW);
      List<Row> documents = new ArrayList<>();
      while (ahead != null && ahead.<Long>getAs(WINDOW) == number) {
        documents.add(ahead);
        ahead = rows.hasNext() ? rows.next() : null;
      }
      long[] lengths =
          documents.stream()
              .mapToLong(row -> row.<Integer>getAs(DocumentsTable.N_TOKENS) + (long) marks.tokens())
              .toArray();
      return new Window(number, documents, BestFit.pack(lengths, sequenceLength));
    }
  }
}
