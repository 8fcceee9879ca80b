package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SelectionTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * A row of the placement: a part of a document, or all of it, and where it lies in the stream.
 *
 * @param split the number of its split
 * @param docId which document, in hexadecimal
 * @param bucket the bucket of the documents table that it is in
 * @param position its rank in the curriculum
 * @param textOffset the tokens of all documents before it, without marks
 * @param documentTokens the document's tokens, without marks
 * @param first the part's first token, counted in the document as it is packed, marks included
 * @param tokens of the part
 * @param start the stream offset of the part's first token
 * @param quantile null in the validation split
 */
record DocumentPart(
    int split,
    String docId,
    int bucket,
    long position,
    long textOffset,
    int documentTokens,
    long first,
    long tokens,
    long start,
    String source,
    double score,
    Double quantile) {
  /** The longest piece: bounds what a row of the shuffle holds, whatever the document. */
  static final int MOST_PIECE_TOKENS = 1 << 16;

  static final String SPLIT = "split";
  static final String BUCKET = "bucket";

  static DocumentPart of(Row row) {
    return new DocumentPart(
        row.getAs(SPLIT),
        HexFormat.of().formatHex(row.<byte[]>getAs(DocumentsTable.DOC_ID)),
        row.getAs(BUCKET),
        row.getAs(OrderTable.POSITION),
        row.getAs(OrderTable.TOKEN_OFFSET),
        row.getAs(DocumentsTable.N_TOKENS),
        row.getAs(PlacementTable.FIRST_TOKEN),
        row.getAs(PlacementTable.PART_TOKENS),
        row.getAs(PlacementTable.STREAM_START),
        row.getAs(DocumentsTable.SOURCE),
        row.getAs(SelectionTable.SCORE),
        row.getAs(OrderTable.QUANTILE));
  }

  /**
   * A stretch of the part that lies together in a shard.
   *
   * @param unit the shard, counted over all groups
   * @param offset its first token's place in the shard, in tokens
   * @param from its first token, counted in the document as it is packed
   * @param to the token after its last
   */
  record Slice(int unit, long offset, long from, long to) {}

  /**
   * Cuts the part where the rows of the group's layout do not lie together, and into pieces of
   * bounded size.
   */
  List<Slice> slices(ShardGroup group, int mostTokens) {
    List<Slice> slices = new ArrayList<>();
    long run = group.runTokens();
    long end = start + tokens;
    for (long from = start; from < end; ) {
      long to = Math.min(Math.min(end, (from / run + 1) * run), from + mostTokens);
      slices.add(
          new Slice(
              group.unit(from), group.offset(from), first + from - start, first + to - start));
      from = to;
    }
    return slices;
  }

  /** The shard that the document's text goes to, which is the one in which the document begins. */
  int textUnit(ShardGroup group, DocumentMarks marks) {
    return group.unit(begin(marks));
  }

  /** The document's first token in the concatenated stream. */
  private long begin(DocumentMarks marks) {
    return textOffset + position * marks.tokens();
  }

  /** Whether any unit that is not finished has something of it. */
  boolean isNeeded(List<ShardGroup> groups, BitSet finished, DocumentMarks marks) {
    for (ShardGroup group : groups) {
      if (group.split() == split) {
        boolean needed =
            switch (group.content()) {
              case TOKENS ->
                  slices(group, Integer.MAX_VALUE).stream()
                      .anyMatch(slice -> !finished.get(slice.unit()));
              case TEXT -> first == 0 && !finished.get(textUnit(group, marks));
            };
        if (needed) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * One slice with its tokens.
   *
   * @param text the document's tokens, {@code tokenBytes} wide, without marks
   */
  Piece piece(Slice slice, ByteSource text, int tokenBytes, DocumentMarks marks)
      throws IOException {
    return piece(
        slice.unit(),
        slice.offset(),
        slice.to() - slice.from(),
        slice.from() == 0,
        slice.to() == (long) documentTokens + marks.tokens(),
        slice.to() == first + tokens,
        marks.stretch(text, slice.from(), slice.to(), tokenBytes));
  }

  /**
   * One piece of the document's text; the last counts all tokens of the document.
   *
   * @param number of pieces before it, fewer than the document has tokens, since the next
   *     document's text comes so many places later
   * @param ends whether it is the last
   */
  Piece textPiece(ShardGroup group, int number, byte[] utf8, boolean ends, DocumentMarks marks) {
    long begin = begin(marks);
    return piece(
        group.unit(begin),
        group.offset(begin) + number,
        ends ? (long) documentTokens + marks.tokens() : 0,
        number == 0,
        ends,
        ends,
        utf8);
  }

  private Piece piece(
      int unit,
      long offset,
      long streamTokens,
      boolean begins,
      boolean ends,
      boolean closes,
      byte[] content) {
    return new Piece(
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
}
