package io.gradus.jobs.verify;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SequenceLayout;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * Which shards a document should lie in, and where: stretches of the stream that lie together in a
 * shard, from the layout alone.
 *
 * @param tokensBesideText tokens that are added to each document
 */
record StreamCut(PackedStream stream, SequenceLayout layout, int tokensBesideText)
    implements Serializable {

  /** The pieces of a row of the order, joined with its document. */
  List<Row> ofOrder(Row document) {
    long position = document.getAs(OrderTable.POSITION);
    long tokenOffset = document.getAs(OrderTable.TOKEN_OFFSET);
    int tokens = document.getAs(DocumentsTable.N_TOKENS);
    long start = tokenOffset + position * tokensBesideText;
    return pieces(document, start, 0, tokens + tokensBesideText);
  }

  /** The pieces of a row of the placement, joined with its document. */
  List<Row> ofPlacement(Row part) {
    return pieces(
        part,
        part.<Long>getAs(PlacementTable.STREAM_START),
        part.<Number>getAs(PlacementTable.FIRST_TOKEN).longValue(),
        part.<Number>getAs(PlacementTable.PART_TOKENS).longValue());
  }

  private List<Row> pieces(Row document, long start, long firstToken, long length) {
    int size = stream.sequenceLength();
    long end = layout.sequences() * size;
    List<Row> rows = new ArrayList<>();
    for (long done = 0; done < length; ) {
      long token = start + done;
      // A damaged order may point anywhere; what is outside is told by the nearest sequence, and
      // goes on to the end in one piece.
      long sequence = Math.max(0, Math.min(token, end - 1)) / size;
      long border = (sequence / layout.run() + 1) * layout.run() * size;
      boolean goesOn = token >= 0 && border < end && start + length > border;
      long piece = goesOn ? border - token : length - done;
      SequenceLayout.Place place = layout.place(sequence);
      long from = (place.row() - sequence) * size + token;
      rows.add(
          ExpectedPiece.row(
              document,
              place.shard(),
              from,
              from + piece,
              firstToken + done,
              done + piece == length));
      done += piece;
    }
    return rows;
  }

  /** A row for each shard that holds nothing but padding, and so no document leads to. */
  List<Row> shardsOfPadding() {
    List<Row> rows = new ArrayList<>();
    if (layout.paddingSequences() > 0) {
      for (int shard = 0; shard < layout.shards(); shard++) {
        if (streamTokens(shard) == 0) {
          rows.add(ExpectedPiece.none(shard));
        }
      }
    }
    return rows;
  }

  /** Tokens of a shard's sequences, those of padding counted. */
  long shardTokens(int shard) {
    return layout.rows(shard) * stream.sequenceLength();
  }

  /** Tokens of a shard before its padding, where documents follow each other without gap. */
  long streamTokens(int shard) {
    long rows = layout.rows(shard);
    // Rows are in ascending order of their sequences, so those of padding come last.
    long low = 0;
    long high = rows;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (layout.sequence(shard, middle) < layout.sequences()) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    boolean holdsLast = low > 0 && layout.sequence(shard, low - 1) == layout.sequences() - 1;
    return low * stream.sequenceLength() - (holdsLast ? stream.paddingTokens() : 0);
  }
}
