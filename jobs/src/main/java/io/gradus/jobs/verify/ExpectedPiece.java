package io.gradus.jobs.verify;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What a shard should hold of one document: narrow, no tokens.
 *
 * @param shard the shard
 * @param from the stream offset of the piece's first token
 * @param to the stream offset after its last
 * @param begins whether the document begins in it
 * @param ends whether it ends with the document's end-of-text
 * @param position the document's position in the order
 * @param quantile the document's quantile
 * @param docId the document's id in hexadecimal
 * @param tokens its length in the order, without end-of-text
 * @param documentTokens its length in the documents; nothing when it is not in them
 * @param tokenHash its hash in the documents; nothing when it is not in them
 */
record ExpectedPiece(
    int shard,
    long from,
    long to,
    boolean begins,
    boolean ends,
    long position,
    double quantile,
    String docId,
    int tokens,
    Integer documentTokens,
    Long tokenHash) {
  static final String SHARD = "shard";
  static final String FROM = "from";
  static final String DOCUMENT_TOKENS = "document_tokens";
  private static final String TO = "to";
  private static final String BEGINS = "begins";
  private static final String ENDS = "ends";

  static final StructType SCHEMA =
      new StructType()
          .add(SHARD, DataTypes.IntegerType, false)
          .add(FROM, DataTypes.LongType, false)
          .add(TO, DataTypes.LongType, false)
          .add(BEGINS, DataTypes.BooleanType, false)
          .add(ENDS, DataTypes.BooleanType, false)
          .add(OrderTable.POSITION, DataTypes.LongType, false)
          .add(OrderTable.QUANTILE, DataTypes.DoubleType, false)
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType, false)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType, false)
          .add(DOCUMENT_TOKENS, DataTypes.IntegerType, true)
          .add(DocumentsTable.TOKEN_HASH, DataTypes.LongType, true);

  /** The rows of all shards that a row of the order, joined with its document, lies in. */
  static List<Row> rows(Row document, PackedStream stream) {
    long position = document.getAs(OrderTable.POSITION);
    long tokenOffset = document.getAs(OrderTable.TOKEN_OFFSET);
    int tokens = document.getAs(DocumentsTable.N_TOKENS);
    long start = OrderTable.streamOffset(tokenOffset, position);
    long end = start + tokens + 1;
    List<Row> rows = new ArrayList<>();
    // A damaged order may point anywhere; what is outside is told by the nearest shard.
    long first = Math.max(0, Math.min(start, stream.tokens() - 1));
    long last = Math.max(first, Math.min(end, stream.tokens()) - 1);
    for (int shard = stream.shardOf(first); shard <= stream.shardOf(last); shard++) {
      long from = shard == stream.shardOf(first) ? start : stream.firstToken(shard);
      long to = shard == stream.shardOf(last) ? end : stream.endToken(shard);
      rows.add(
          RowFactory.create(
              shard,
              from,
              to,
              from == start,
              to == end,
              position,
              document.<Double>getAs(OrderTable.QUANTILE),
              document.<byte[]>getAs(DocumentsTable.DOC_ID),
              tokens,
              document.<Integer>getAs(DOCUMENT_TOKENS),
              document.<Long>getAs(DocumentsTable.TOKEN_HASH)));
    }
    return rows;
  }

  static ExpectedPiece of(Row row) {
    return new ExpectedPiece(
        row.getAs(SHARD),
        row.getAs(FROM),
        row.getAs(TO),
        row.getAs(BEGINS),
        row.getAs(ENDS),
        row.getAs(OrderTable.POSITION),
        row.getAs(OrderTable.QUANTILE),
        HexFormat.of().formatHex(row.<byte[]>getAs(DocumentsTable.DOC_ID)),
        row.getAs(DocumentsTable.N_TOKENS),
        row.getAs(DOCUMENT_TOKENS),
        row.getAs(DocumentsTable.TOKEN_HASH));
  }

  /** Tokens of the document in the piece, end-of-text not counted. */
  long documentTokensInPiece() {
    return to - from - (ends ? 1 : 0);
  }

  Optional<Long> expectedHash() {
    return Optional.ofNullable(tokenHash);
  }
}
