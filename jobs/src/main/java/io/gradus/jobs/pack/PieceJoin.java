package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.jobs.pack.DocumentPart.Slice;
import io.gradus.jobs.pack.ShardGroup.Content;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
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
  /** A piece of a text, in bytes, unless it would have more pieces than tokens. */
  private static final int LEAST_TEXT_BYTES = 1 << 18;

  @Override
  public Iterator<Row> call(Iterator<Row> placement) {
    return new Pieces(placement);
  }

  private final class Pieces implements Iterator<Row> {
    private final Iterator<Row> placement;
    private final Deque<Slice> slices = new ArrayDeque<>();

    /** Groups that are to get the document's text. */
    private final Deque<ShardGroup> texts = new ArrayDeque<>();

    /** What is being handed out of a text, or null. */
    private TextLine line;

    private int linePieces;
    private DocumentPart part;
    private int bucket = -1;
    private BucketDocuments open;

    Pieces(Iterator<Row> placement) {
      this.placement = placement;
      TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> close());
    }

    @Override
    public boolean hasNext() {
      while (slices.isEmpty() && texts.isEmpty() && placement.hasNext()) {
        advance(DocumentPart.of(placement.next()));
      }
      return !slices.isEmpty() || !texts.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        Piece piece =
            slices.isEmpty()
                ? textPiece()
                : part.piece(slices.remove(), open.tokens(), documents.tokenBytes(), marks);
        return piece.toRow();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private Piece textPiece() throws IOException {
      if (line == null) {
        line = open.line(part);
        linePieces = 0;
      }
      int tokens = part.documentTokens();
      long size =
          tokens == 0
              ? Long.MAX_VALUE
              : Math.max(LEAST_TEXT_BYTES, line.mostTextBytes() / tokens + 1);
      byte[] content = line.next(size);
      boolean ends = !line.hasNext();
      Piece piece = part.textPiece(texts.element(), linePieces++, content, ends, marks);
      if (ends) {
        texts.remove();
        line = null;
      }
      return piece;
    }

    private void advance(DocumentPart next) {
      try {
        if (next.bucket() != bucket) {
          close();
          open(next);
        }
        open.find(next);
        part = next;
        addPieces();
        read.add(part.tokens());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Pieces in the order in which a long document is read once for all groups. */
    private void addPieces() {
      List<Slice> wanted = new ArrayList<>();
      for (ShardGroup group : groups) {
        if (group.split() == part.split()) {
          switch (group.content()) {
            case TOKENS -> wanted.addAll(part.slices(group, DocumentPart.MOST_PIECE_TOKENS));
            case TEXT -> {
              if (part.first() == 0 && !finished.get(part.textUnit(group, marks))) {
                texts.add(group);
              }
            }
          }
        }
      }
      wanted.removeIf(slice -> finished.get(slice.unit()));
      wanted.sort(Comparator.comparingLong(Slice::from));
      slices.addAll(wanted);
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
