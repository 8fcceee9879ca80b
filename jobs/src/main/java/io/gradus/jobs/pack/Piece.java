package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.SelectionTable;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A stretch of one document that lies together in one shard.
 *
 * @param unit the shard it goes to, counted over all groups
 * @param offset where it lies in the shard, in tokens; pieces of text only go by it
 * @param position the document's position in the curriculum
 * @param streamTokens how many stream tokens it stands for
 * @param begins whether the document's first token is in it
 * @param ends whether it ends with the document's end-of-text
 * @param closes whether something else follows it in its sequence: the document ends, or was cut to
 *     be placed in parts
 * @param source of the document
 * @param score of the document
 * @param quantile of the document; null in the validation split
 * @param content tokens, little-endian, as wide as in the documents table; or text in UTF-8
 */
// Its array is handed on, never compared.
@SuppressWarnings("ArrayRecordComponent")
record Piece(
    int unit,
    long offset,
    long position,
    long streamTokens,
    boolean begins,
    boolean ends,
    boolean closes,
    String source,
    double score,
    Double quantile,
    byte[] content) {
  static final String UNIT = "unit";
  static final String OFFSET = "offset";
  private static final String STREAM_TOKENS = "stream_tokens";
  private static final String BEGINS = "begins";
  private static final String ENDS = "ends";
  private static final String CLOSES = "closes";
  private static final String CONTENT = "content";

  static final StructType SCHEMA =
      new StructType()
          .add(UNIT, DataTypes.IntegerType, false)
          .add(OFFSET, DataTypes.LongType, false)
          .add(OrderTable.POSITION, DataTypes.LongType, false)
          .add(STREAM_TOKENS, DataTypes.LongType, false)
          .add(BEGINS, DataTypes.BooleanType, false)
          .add(ENDS, DataTypes.BooleanType, false)
          .add(CLOSES, DataTypes.BooleanType, false)
          .add(DocumentsTable.SOURCE, DataTypes.StringType, false)
          .add(SelectionTable.SCORE, DataTypes.DoubleType, false)
          .add(OrderTable.QUANTILE, DataTypes.DoubleType, true)
          .add(CONTENT, DataTypes.BinaryType, false);

  Row toRow() {
    return RowFactory.create(
        unit,
        offset,
        position,
        streamTokens,
        begins,
        ends,
        closes,
        source,
        score,
        quantile,
        content);
  }

  static Piece of(Row row) {
    return new Piece(
        row.getAs(UNIT),
        row.getAs(OFFSET),
        row.getAs(OrderTable.POSITION),
        row.getAs(STREAM_TOKENS),
        row.getAs(BEGINS),
        row.getAs(ENDS),
        row.getAs(CLOSES),
        row.getAs(DocumentsTable.SOURCE),
        row.getAs(SelectionTable.SCORE),
        row.getAs(OrderTable.QUANTILE),
        row.getAs(CONTENT));
  }
}
