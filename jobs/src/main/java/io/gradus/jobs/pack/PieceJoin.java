package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.ParquetRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Joins rows of the order, sorted by document id, with the bucket files that hold the documents in
 * the same order, and yields pieces one by one. Tokens are read once and never sorted.
 *
 * @param bucketFiles the file of each bucket that has documents
 * @param finished shards that need no pieces
 * @param read counts the tokens that were joined
 */
record PieceJoin(
    Map<Integer, String> bucketFiles,
    DocumentsTable documents,
    PackedStream stream,
    BitSet finished,
    SerializableConfiguration hadoop,
    LongAccumulator read)
    implements MapPartitionsFunction<Row, Row> {

  @Override
  public Iterator<Row> call(Iterator<Row> order) {
    return new Pieces(order);
  }

  private final class Pieces implements Iterator<Row> {
    private final Iterator<Row> order;
    private final Deque<OrderedDocument.Slice> slices = new ArrayDeque<>();
    private OrderedDocument document;
    private byte[] content;
    private int bucket = -1;
    private BucketDocuments open;

    Pieces(Iterator<Row> order) {
      this.order = order;
      TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> close());
    }

    @Override
    public boolean hasNext() {
      while (slices.isEmpty() && order.hasNext()) {
        advance(OrderedDocument.of(order.next()));
      }
      return !slices.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      OrderedDocument.Slice slice = slices.remove();
      return document.piece(slice, content, documents.tokenBytes(), documents.endOfText()).toRow();
    }

    private void advance(OrderedDocument next) {
      try {
        if (next.bucket() != bucket) {
          close();
          String file = bucketFiles.get(next.bucket());
          if (file == null) {
            throw BucketDocuments.missing(next);
          }
          open =
              new BucketDocuments(
                  ParquetRows.read(
                      hadoop.value(), new Path(file), DocumentsTable.DOC_ID, DocumentsTable.TOKENS),
                  documents.tokenBytes());
          bucket = next.bucket();
        }
        content = open.tokens(next);
        document = next;
        for (OrderedDocument.Slice slice : next.slices(stream, OrderedDocument.MOST_PIECE_TOKENS)) {
          if (!finished.get(slice.shard())) {
            slices.add(slice);
          }
        }
        read.add(next.tokens() + 1L);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void close() {
      try {
        if (open != null) {
          open.close();
          open = null;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
