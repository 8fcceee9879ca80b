package io.gradus.jobs.verify;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What a shard should hold of one document: narrow, no tokens.
 *
 * @param shard the shard
 * @param from the piece's first token, counted from the shard's first
 * @param to after its last token
 * @param firstToken the piece's first token, counted from 0 in the document as it is packed: the
 *     beginning token if any, the text, end-of-text
 * @param position the document's position in the order
 * @param quantile the document's quantile
 * @param docId the document's id in hexadecimal
 * @param tokens its length in the order, without what is added
 * @param closes whether the document ends with it, or was cut there to be packed
 * @param documentTokens its length in the documents; nothing when it is not in them
 * @param tokenHash its hash in the documents; nothing when it is not in them
 */
record ExpectedPiece(
    int shard,
    long from,
    long to,
    long firstToken,
    long position,
    double quantile,
    String docId,
    int tokens,
    boolean closes,
    Integer documentTokens,
    Long tokenHash) {
  static final String SHARD = "shard";
  static final String FROM = "from";
  static final String DOCUMENT_TOKENS = "document_tokens";

  static final StructType SCHEMA =
      new StructType()
          .add(SHARD, DataTypes.IntegerType, false)
          .add(FROM, DataTypes.LongType, false)
          .add("to", DataTypes.LongType, false)
          .add("first_token", DataTypes.LongType, false)
          .add(OrderTable.POSITION, DataTypes.LongType, false)
          .add(OrderTable.QUANTILE, DataTypes.DoubleType, false)
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType, false)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType, false)
          .add("closes", DataTypes.BooleanType, false)
          .add(DOCUMENT_TOKENS, DataTypes.IntegerType, true)
          .add(DocumentsTable.TOKEN_HASH, DataTypes.LongType, true);

  /** A row of this piece of a document's row. */
  static Row row(Row document, int shard, long from, long to, long firstToken, boolean closes) {
    return RowFactory.create(
        shard,
        from,
        to,
        firstToken,
        document.<Long>getAs(OrderTable.POSITION),
        document.<Double>getAs(OrderTable.QUANTILE),
        document.<byte[]>getAs(DocumentsTable.DOC_ID),
        document.<Integer>getAs(DocumentsTable.N_TOKENS),
        closes,
        document.<Integer>getAs(DOCUMENT_TOKENS),
        document.<Long>getAs(DocumentsTable.TOKEN_HASH));
  }

  /** A row for a shard that holds no document, so that it is looked at. */
  static Row none(int shard) {
    return RowFactory.create(shard, 0L, 0L, -1L, -1L, 0.0, new byte[0], 0, false, null, null);
  }

  /** Whether it is such a row. */
  boolean isNone() {
    return firstToken < 0;
  }

  static ExpectedPiece of(Row row) {
    return new ExpectedPiece(
        row.getInt(0),
        row.getLong(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getDouble(5),
        HexFormat.of().formatHex(row.<byte[]>getAs(6)),
        row.getInt(7),
        row.getBoolean(8),
        row.isNullAt(9) ? null : row.getInt(9),
        row.isNullAt(10) ? null : row.getLong(10));
  }

  /** Whether the document begins in it. */
  boolean begins() {
    return firstToken == 0;
  }

  /** Whether it ends with the document's end-of-text. */
  boolean ends(int tokensBesideText) {
    return firstToken + to - from == (long) tokens + tokensBesideText;
  }

  Optional<Long> expectedHash() {
    return Optional.ofNullable(tokenHash);
  }
}
