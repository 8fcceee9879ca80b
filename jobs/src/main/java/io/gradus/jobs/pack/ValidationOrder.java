package io.gradus.jobs.pack;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.gradus.common.table.DocumentHash;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.SelectionTable;
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
import org.apache.spark.sql.types.StructType;

/**
 * The validation split in the order of document ids, which are hashes of the texts, so that every
 * stretch of it is like the whole. Buckets follow the ids, so positions and offsets come from sums
 * by bucket.
 *
 * @param rows the order's columns, with no quantile
 * @param documents how many there are
 * @param tokens their tokens, without marks
 */
record ValidationOrder(Dataset<Row> rows, long documents, long tokens) {

  /** Orders the validation documents of a selection. */
  static ValidationOrder of(Dataset<Row> selected, int buckets) {
    Dataset<Row> inBuckets =
        selected.withColumn(
            DocumentPart.BUCKET, DocumentHash.bucket(col(DocumentsTable.DOC_ID), buckets));
    long[] documents = new long[buckets + 1];
    long[] tokens = new long[buckets + 1];
    List<Row> sums =
        inBuckets
            .groupBy(DocumentPart.BUCKET)
            .agg(count(lit(1)), sum(DocumentsTable.N_TOKENS))
            // Bounded: one row for each bucket.
            .collectAsList();
    for (Row row : sums) {
      documents[row.getInt(0) + 1] = row.getLong(1);
      tokens[row.getInt(0) + 1] = row.getLong(2);
    }
    Arrays.parallelPrefix(documents, Long::sum);
    Arrays.parallelPrefix(tokens, Long::sum);
    JavaSparkContext spark =
        JavaSparkContext.fromSparkContext(selected.sparkSession().sparkContext());
    Broadcast<long[]> documentsBefore = spark.broadcast(documents);
    Broadcast<long[]> tokensBefore = spark.broadcast(tokens);
    MapPartitionsFunction<Row, Row> position =
        rows -> new Positions(rows, documentsBefore.value(), tokensBefore.value());
    StructType schema = new StructType();
    for (int column = 0; column < Placement.orderColumns().length; column++) {
      schema = schema.add(Placement.SCHEMA.fields()[column]);
    }
    return new ValidationOrder(
        inBuckets
            .repartitionById(buckets, col(DocumentPart.BUCKET))
            .sortWithinPartitions(col(DocumentPart.BUCKET), col(DocumentsTable.DOC_ID))
            .mapPartitions(position, Encoders.row(schema)),
        documents[buckets],
        tokens[buckets]);
  }

  /** Gives rows, sorted by bucket and id, their positions and offsets. */
  private static final class Positions implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final long[] documentsBefore;
    private final long[] tokensBefore;
    private int bucket = -1;
    private long position;
    private long tokenOffset;

    Positions(Iterator<Row> rows, long[] documentsBefore, long[] tokensBefore) {
      this.rows = rows;
      this.documentsBefore = documentsBefore;
      this.tokensBefore = tokensBefore;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Row row = rows.next();
      int rowBucket = row.getAs(DocumentPart.BUCKET);
      if (rowBucket != bucket) {
        bucket = rowBucket;
        position = documentsBefore[bucket];
        tokenOffset = tokensBefore[bucket];
      }
      int tokens = row.getAs(DocumentsTable.N_TOKENS);
      Row positioned =
          RowFactory.create(
              row.getAs(DocumentsTable.DOC_ID),
              row.getAs(DocumentsTable.SOURCE),
              0,
              tokens,
              position,
              tokenOffset,
              null,
              row.getAs(SelectionTable.SCORE));
      position++;
      tokenOffset += tokens;
      return positioned;
    }
  }
}
