package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.jobs.pack.DocumentPart.Slice;
import io.gradus.jobs.pack.ShardGroup.Content;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
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
 * Joins rows of the placement, sorted by document id, with the bucket files that hold the documents
 * in the same order, and yields for each group of shards the pieces one by one. Documents are read
 * once and never sorted.
 *
 * @param bucketFiles the file of each bucket that has documents
 * @param finished units that need no pieces
 * @param read counts the stream tokens that were joined
 */
record PieceJoin(
    Map<Integer, String> bucketFiles,
    DocumentsTable documents,
    DocumentMarks marks,
    List<ShardGroup> groups,
    BitSet finished,
    SerializableConfiguration hadoop,
    LongAccumulator read)
    implements MapPartitionsFunction<Row, Row> {
  /** The longest piece of a text in bytes, unless it would have more pieces than tokens. */
  private static final int MOST_TEXT_BYTES = 1 << 22;

  @Override
  public Iterator<Row> call(Iterator<Row> placement) {
    return new Pieces(placement);
  }

  /** A slice and what it is a slice of. */
  private record Pending(Slice slice, Content content) {}

  private final class Pieces implements Iterator<Row> {
    private final Iterator<Row> placement;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private DocumentPart part;
    private int bucket = -1;
    private BucketDocuments open;

    Pieces(Iterator<Row> placement) {
      this.placement = placement;
      TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> close());
    }

    @Override
    public boolean hasNext() {
      while (pending.isEmpty() && placement.hasNext()) {
        advance(DocumentPart.of(placement.next()));
      }
      return !pending.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Pending next = pending.remove();
      Piece piece =
          switch (next.content) {
            case TOKENS -> part.piece(next.slice, open.tokens(), documents.tokenBytes(), marks);
            case TEXT -> part.textPiece(next.slice, open.text(), marks);
          };
      return piece.toRow();
    }

    private void advance(DocumentPart next) {
      try {
        if (next.bucket() != bucket) {
          close();
          open(next);
        }
        open.find(next);
        part = next;
        for (ShardGroup group : groups) {
          if (group.split() == part.split()) {
            addSlices(group);
          }
        }
        read.add(part.tokens());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void addSlices(ShardGroup group) {
      List<Slice> slices =
          switch (group.content()) {
            case TOKENS -> part.slices(group, DocumentPart.MOST_PIECE_TOKENS);
            case TEXT -> part.textSlices(group, open.text().length, MOST_TEXT_BYTES, marks);
          };
      for (Slice slice : slices) {
        if (!finished.get(slice.unit())) {
          pending.add(new Pending(slice, group.content()));
        }
      }
    }

    private void open(DocumentPart next) throws IOException {
      String file = bucketFiles.get(next.bucket());
      if (file == null) {
        throw BucketDocuments.missing(next);
      }
      Path path = new Path(file);
      open =
          groups.stream().anyMatch(group -> group.content() == Content.TEXT)
              ? BucketDocuments.texts(hadoop.value(), path, documents.tokenBytes())
              : BucketDocuments.tokens(hadoop.value(), path, documents.tokenBytes());
      bucket = next.bucket();
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
