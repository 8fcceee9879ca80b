package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SelectionTable;
import java.util.ArrayList;
import java.util.Arrays;
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
  static final int MOST_PIECE_TOKENS = 1 << 20;

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

  /**
   * Cuts the document's text, which goes to the shard in which the document begins, into pieces of
   * bounded size. Nothing when this is not the document's first part.
   */
  List<Slice> textSlices(ShardGroup group, int textBytes, int mostBytes, DocumentMarks marks) {
    List<Slice> slices = new ArrayList<>();
    if (first > 0) {
      return slices;
    }
    long begin = textOffset + position * marks.tokens();
    // Never more pieces than tokens, since the next document's text comes so many places later.
    int size = Math.max(mostBytes, textBytes / (documentTokens + 1) + 1);
    for (int from = 0; from == 0 || from < textBytes; from += size) {
      slices.add(
          new Slice(
              group.unit(begin),
              group.offset(begin) + slices.size(),
              from,
              Math.min(textBytes, from + (long) size)));
    }
    return slices;
  }

  /** Whether any unit that is not finished has something of it. */
  boolean isNeeded(List<ShardGroup> groups, BitSet finished, DocumentMarks marks) {
    for (ShardGroup group : groups) {
      if (group.split() == split) {
        List<Slice> slices =
            switch (group.content()) {
              case TOKENS -> slices(group, Integer.MAX_VALUE);
              case TEXT -> textSlices(group, 0, 1, marks);
            };
        if (slices.stream().anyMatch(slice -> !finished.get(slice.unit()))) {
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
  Piece piece(Slice slice, byte[] text, int tokenBytes, DocumentMarks marks) {
    return piece(
        slice,
        slice.to() - slice.from(),
        slice.from() == 0,
        slice.to() == (long) documentTokens + marks.tokens(),
        slice.to() == first + tokens,
        marks.stretch(text, slice.from(), slice.to(), tokenBytes));
  }

  /** One piece of the document's text, in bytes; the last counts all tokens of the document. */
  Piece textPiece(Slice slice, byte[] utf8, DocumentMarks marks) {
    boolean ends = slice.to() == utf8.length;
    return piece(
        slice,
        ends ? (long) documentTokens + marks.tokens() : 0,
        slice.from() == 0,
        ends,
        ends,
        Arrays.copyOfRange(utf8, (int) slice.from(), (int) slice.to()));
  }

  private Piece piece(
      Slice slice,
      long streamTokens,
      boolean begins,
      boolean ends,
      boolean closes,
      byte[] content) {
    return new Piece(
        slice.unit(),
        slice.offset(),
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
