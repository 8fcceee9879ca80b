package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.ShardFormat;
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
    List<ShardFormat> formats,
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
    List<OpenFile> files = new ArrayList<>();
    try {
      for (ShardFormat format : formats) {
        files.add(open(folder, format, shard));
      }
      while (next != null && next.shard() == shard) {
        TaskContext.get().killTaskIfInterrupted();
        write(next, summary, files);
        next = rest.hasNext() ? rest.next() : null;
      }
      checkStart(stream.endToken(shard), shard, summary);
      pad(shard, files);
      List<PackedFile> packed = new ArrayList<>();
      for (OpenFile file : files) {
        packed.add(file.commit(folder));
      }
      folder.finishShard(summary.shard(shard, stream, packed));
      return next;
    } finally {
      for (OpenFile file : files) {
        file.discard(folder);
      }
    }
  }

  private void write(Piece piece, ShardSummary summary, List<OpenFile> files) throws IOException {
    checkStart(piece.start(), piece.shard(), summary);
    for (OpenFile file : files) {
      file.writer.write(piece.tokens());
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

  private void pad(int shard, List<OpenFile> files) throws IOException {
    int[] padding = new int[PADDING_TOKENS];
    Arrays.fill(padding, documents.endOfText());
    byte[] bytes = TokenBytes.encode(padding, documents.tokenBytes());
    for (long left = stream.paddingTokens(shard); left > 0; left -= PADDING_TOKENS) {
      int tokens = (int) Math.min(left, PADDING_TOKENS);
      for (OpenFile file : files) {
        file.writer.write(Arrays.copyOf(bytes, tokens * documents.tokenBytes()));
      }
    }
  }

  private OpenFile open(PackFolder folder, ShardFormat format, int shard) throws IOException {
    Path temporary = folder.newTemporary();
    HashedOutput out = folder.create(temporary);
    int sequenceLength = stream.sequenceLength();
    int tokenBytes = documents.tokenBytes();
    return switch (format) {
      case MDS -> {
        MdsLayout layout = new MdsLayout(sequenceLength, tokenBytes);
        String path = "mds/" + MdsLayout.fileName(shard);
        yield new OpenFile(
            format,
            temporary,
            out,
            new MdsWriter(out, layout, stream.sequences(shard)),
            path,
            path,
            0);
      }
      case MEGATRON -> {
        int width = MegatronLayout.tokenBytes(documents.vocabularySize());
        MegatronLayout layout = new MegatronLayout(sequenceLength, width);
        yield new OpenFile(
            format,
            temporary,
            out,
            new MegatronWriter(out, tokenBytes, width),
            PackFolder.megatronPart(shard),
            MegatronLayout.DATA,
            layout.bytes(stream.firstSequence(shard)));
      }
      case PARQUET -> {
        String path = "parquet/" + ParquetSequenceWriter.fileName(shard);
        yield new OpenFile(
            format,
            temporary,
            out,
            new ParquetSequenceWriter(out, sequenceLength, tokenBytes),
            path,
            path,
            0);
      }
    };
  }

  /** One format's file of a shard, under a temporary name until it is complete. */
  private static final class OpenFile {
    private final ShardFormat format;
    private final Path temporary;
    private final HashedOutput out;
    private final TokenWriter writer;
    private final String place;
    private final String finalPath;
    private final long offset;
    private boolean committed;

    /**
     * Wraps a writer.
     *
     * @param place where the file goes now
     * @param finalPath the file that trainers will find it in
     * @param offset its place in that file
     */
    OpenFile(
        ShardFormat format,
        Path temporary,
        HashedOutput out,
        TokenWriter writer,
        String place,
        String finalPath,
        long offset) {
      this.format = format;
      this.temporary = temporary;
      this.out = out;
      this.writer = writer;
      this.place = place;
      this.finalPath = finalPath;
      this.offset = offset;
    }

    PackedFile commit(PackFolder folder) throws IOException {
      writer.close();
      folder.commit(temporary, place);
      committed = true;
      return new PackedFile(format, finalPath, offset, out.getPos(), out.sha256());
    }

    void discard(PackFolder folder) throws IOException {
      if (!committed) {
        out.close();
        folder.discard(temporary);
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
