package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.TokenBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * A row of the order.
 *
 * @param docId which document, in hexadecimal
 * @param bucket the bucket of the documents table that it is in
 * @param position its rank in the curriculum
 * @param start the stream offset of its first token
 * @param tokens its tokens, without end-of-text
 */
record OrderedDocument(
    String docId,
    int bucket,
    long position,
    long start,
    int tokens,
    String source,
    double score,
    double quantile) {
  /** The longest piece: bounds what a row of the shuffle holds, whatever the document. */
  static final int MOST_PIECE_TOKENS = 1 << 20;

  static final String BUCKET = "bucket";

  static OrderedDocument of(Row row) {
    long position = row.getAs(OrderTable.POSITION);
    long tokenOffset = row.getAs(OrderTable.TOKEN_OFFSET);
    return new OrderedDocument(
        HexFormat.of().formatHex(row.<byte[]>getAs(DocumentsTable.DOC_ID)),
        row.getAs(BUCKET),
        position,
        OrderTable.streamOffset(tokenOffset, position),
        row.getAs(DocumentsTable.N_TOKENS),
        row.getAs(DocumentsTable.SOURCE),
        row.getAs(SelectionTable.SCORE),
        row.getAs(OrderTable.QUANTILE));
  }

  /** The stream offset after its end-of-text. */
  long end() {
    return start + tokens + 1;
  }

  /**
   * A stretch of the stream.
   *
   * @param shard the shard that it lies in
   * @param from its first stream offset
   * @param to the stream offset after its last token
   */
  record Slice(int shard, long from, long to) {}

  /** Cuts the document, end-of-text included, at shard borders and into pieces of bounded size. */
  List<Slice> slices(PackedStream stream, int mostTokens) {
    List<Slice> slices = new ArrayList<>();
    for (long from = start; from < end(); ) {
      int shard = stream.shardOf(from);
      long to = Math.min(Math.min(end(), stream.endToken(shard)), from + mostTokens);
      slices.add(new Slice(shard, from, to));
      from = to;
    }
    return slices;
  }

  /**
   * One slice with its tokens.
   *
   * @param content the document's tokens, {@code tokenBytes} wide, without end-of-text
   */
  Piece piece(Slice slice, byte[] content, int tokenBytes, int endOfText) {
    boolean ends = slice.to() == end();
    int from = Math.toIntExact((slice.from() - start) * tokenBytes);
    int to = Math.toIntExact((slice.to() - start) * tokenBytes);
    byte[] bytes = Arrays.copyOfRange(content, from, to);
    if (ends) {
      byte[] last = TokenBytes.encode(new int[] {endOfText}, tokenBytes);
      System.arraycopy(last, 0, bytes, bytes.length - tokenBytes, tokenBytes);
    }
    return new Piece(
        slice.shard(),
        slice.from(),
        position,
        slice.from() == start,
        ends,
        source,
        score,
        quantile,
        bytes);
  }
}
