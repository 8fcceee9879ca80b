package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.SelectionTable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A stretch of one document's stream tokens that lies in one shard.
 *
 * @param shard where it goes
 * @param start the stream offset of its first token
 * @param position the document's position in the curriculum
 * @param begins whether the document's first token is in it
 * @param ends whether it ends with the document's end-of-text
 * @param source of the document
 * @param score of the document
 * @param quantile of the document
 * @param tokens little-endian, as wide as in the documents table
 */
// Its array is handed on, never compared.
@SuppressWarnings("ArrayRecordComponent")
record Piece(
    int shard,
    long start,
    long position,
    boolean begins,
    boolean ends,
    String source,
    double score,
    double quantile,
    byte[] tokens) {
  static final String SHARD = "shard";
  static final String START = "start";
  private static final String BEGINS = "begins";
  private static final String ENDS = "ends";

  static final StructType SCHEMA =
      new StructType()
          .add(SHARD, DataTypes.IntegerType, false)
          .add(START, DataTypes.LongType, false)
          .add(OrderTable.POSITION, DataTypes.LongType, false)
          .add(BEGINS, DataTypes.BooleanType, false)
          .add(ENDS, DataTypes.BooleanType, false)
          .add(DocumentsTable.SOURCE, DataTypes.StringType, false)
          .add(SelectionTable.SCORE, DataTypes.DoubleType, false)
          .add(OrderTable.QUANTILE, DataTypes.DoubleType, false)
          .add(DocumentsTable.TOKENS, DataTypes.BinaryType, false);

  Row toRow() {
    return RowFactory.create(shard, start, position, begins, ends, source, score, quantile, tokens);
  }

  static Piece of(Row row) {
    return new Piece(
        row.getAs(SHARD),
        row.getAs(START),
        row.getAs(OrderTable.POSITION),
        row.getAs(BEGINS),
        row.getAs(ENDS),
        row.getAs(DocumentsTable.SOURCE),
        row.getAs(SelectionTable.SCORE),
        row.getAs(OrderTable.QUANTILE),
        row.getAs(DocumentsTable.TOKENS));
  }
}
