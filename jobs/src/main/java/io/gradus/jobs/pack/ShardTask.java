package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.TokenBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Writes shards, in all formats at once, from their pieces in order. Holds one piece and the
 * writers' buffers, never a shard.
 *
 * @param directory the stage's directory
 * @param written counts stream tokens that were written
 * @param done counts work for the progress line
 */
record ShardTask(
    String directory,
    List<FormatWriter> formats,
    DocumentsTable documents,
    PackedStream stream,
    SerializableConfiguration hadoop,
    LongAccumulator written,
    LongAccumulator done)
    implements ForeachPartitionFunction<Row> {
  private static final int PADDING_TOKENS = 1 << 13;

  @Override
  public void call(Iterator<Row> rows) throws IOException {
    PackFolder folder = new PackFolder(new Path(directory), hadoop.value());
    Iterator<Piece> pieces = new PieceIterator(rows);
    if (!pieces.hasNext()) {
      return;
    }
    Piece next = pieces.next();
    while (next != null) {
      next = writeShard(folder, next, pieces);
    }
  }

  /** Writes the shard of the first piece; returns the first piece of another shard, or null. */
  private Piece writeShard(PackFolder folder, Piece first, Iterator<Piece> rest)
      throws IOException {
    int shard = first.shard();
    ShardSummary summary = new ShardSummary();
    Piece next = first;
    List<ShardFiles> files = new ArrayList<>();
    List<TokenWriter> writers = new ArrayList<>();
    try {
      for (FormatWriter format : formats) {
        files.add(new ShardFiles(folder, format.format(), shard));
        writers.add(format.open(files.get(files.size() - 1), shard));
      }
      while (next != null && next.shard() == shard) {
        TaskContext.get().killTaskIfInterrupted();
        write(next, summary, writers);
        next = rest.hasNext() ? rest.next() : null;
      }
      checkStart(stream.endToken(shard), shard, summary);
      pad(shard, writers);
      List<PackedFile> packed = new ArrayList<>();
      for (int format = 0; format < formats.size(); format++) {
        writers.get(format).close();
        packed.addAll(files.get(format).commit());
      }
      folder.finishShard(summary.shard(shard, stream, packed));
      return next;
    } finally {
      for (ShardFiles each : files) {
        each.discard();
      }
    }
  }

  private void write(Piece piece, ShardSummary summary, List<TokenWriter> writers)
      throws IOException {
    checkStart(piece.start(), piece.shard(), summary);
    for (TokenWriter writer : writers) {
      writer.write(piece);
    }
    long tokens = piece.tokens().length / documents.tokenBytes();
    summary.add(piece, tokens);
    written.add(tokens);
    done.add(tokens);
  }

  private void checkStart(long start, int shard, ShardSummary summary) {
    long expected = stream.firstToken(shard) + summary.tokens();
    if (start != expected) {
      throw new IllegalStateException(
          String.format(
              "The order's token offsets are not contiguous: shard %d goes on at stream token %,d"
                  + " instead of %,d",
              shard, start, expected));
    }
  }

  private void pad(int shard, List<TokenWriter> writers) throws IOException {
    int[] padding = new int[PADDING_TOKENS];
    Arrays.fill(padding, documents.endOfText());
    byte[] bytes = TokenBytes.encode(padding, documents.tokenBytes());
    for (long left = stream.paddingTokens(shard); left > 0; left -= PADDING_TOKENS) {
      int tokens = (int) Math.min(left, PADDING_TOKENS);
      for (TokenWriter writer : writers) {
        writer.write(Arrays.copyOf(bytes, tokens * documents.tokenBytes()));
      }
    }
  }

  private record PieceIterator(Iterator<Row> rows) implements Iterator<Piece> {
    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Piece next() {
      return Piece.of(rows.next());
    }
  }
}
