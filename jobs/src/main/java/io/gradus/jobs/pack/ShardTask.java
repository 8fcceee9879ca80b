package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.TokenBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Writes one shard, in all formats of its group at once, from its pieces in order: partition u
 * holds the pieces of unit u. Holds one piece and the writers' buffers, never a shard.
 *
 * @param directory the stage's directory
 * @param finished units that are written already
 * @param tokenBytes width of a token in the pieces
 * @param written counts stream tokens that were written
 * @param done counts work for the progress line
 */
record ShardTask(
    String directory,
    List<ShardGroup> groups,
    BitSet finished,
    DocumentMarks marks,
    int tokenBytes,
    SerializableConfiguration hadoop,
    LongAccumulator written,
    LongAccumulator done)
    implements ForeachPartitionFunction<Row> {
  private static final int PADDING_TOKENS = 1 << 13;

  @Override
  public void call(Iterator<Row> pieces) throws IOException {
    int unit = TaskContext.getPartitionId();
    if (!finished.get(unit)) {
      ShardGroup group = ShardGroup.of(unit, groups);
      new OneShard(group, unit - group.firstUnit()).write(pieces);
    }
  }

  /** A shard under way. */
  private final class OneShard {
    private final ShardGroup group;
    private final int shard;
    private final ShardSummary summary = new ShardSummary(marks);
    private final List<ShardFiles> files = new ArrayList<>();
    private final List<TokenWriter> writers = new ArrayList<>();

    /** Tokens so far, padding counted. */
    private long filled;

    OneShard(ShardGroup group, int shard) {
      this.group = group;
      this.shard = shard;
    }

    void write(Iterator<Row> pieces) throws IOException {
      PackFolder folder = new PackFolder(new Path(directory), hadoop.value());
      try {
        for (FormatWriter format : group.formats()) {
          files.add(new ShardFiles(folder, format.format(), shard));
          writers.add(format.open(files.get(files.size() - 1), shard));
        }
        while (pieces.hasNext()) {
          TaskContext.get().killTaskIfInterrupted();
          write(Piece.of(pieces.next()));
        }
        if (group.content() == ShardGroup.Content.TOKENS) {
          padTo(group.tokens(shard));
        }
        List<PackedFile> packed = new ArrayList<>();
        for (int format = 0; format < writers.size(); format++) {
          writers.get(format).close();
          packed.addAll(files.get(format).commit());
        }
        folder.finishShard(group.shardList(), summary.shard(shard, group, packed));
      } finally {
        for (ShardFiles each : files) {
          each.discard();
        }
      }
    }

    private void write(Piece piece) throws IOException {
      if (piece.unit() != group.firstUnit() + shard) {
        throw new IllegalStateException(
            "A piece of unit " + piece.unit() + " came to unit " + (group.firstUnit() + shard));
      }
      if (group.content() == ShardGroup.Content.TOKENS) {
        padTo(piece.offset());
        filled += piece.streamTokens();
      }
      for (TokenWriter writer : writers) {
        writer.write(piece);
      }
      summary.add(piece);
      written.add(piece.streamTokens());
      done.add(piece.streamTokens());
    }

    /** Fills the shard with padding up to a place, where padding may be. */
    private void padTo(long offset) throws IOException {
      if (offset == filled) {
        return;
      }
      checkPadding(offset);
      int[] padding = new int[PADDING_TOKENS];
      Arrays.fill(padding, marks.endOfText());
      byte[] bytes = TokenBytes.encode(padding, tokenBytes);
      for (; filled < offset; filled += Math.min(offset - filled, PADDING_TOKENS)) {
        int tokens = (int) Math.min(offset - filled, PADDING_TOKENS);
        for (TokenWriter writer : writers) {
          writer.write(Arrays.copyOf(bytes, tokens * tokenBytes));
        }
      }
    }

    /**
     * Padding may be after the stream's end, and with best-fit packing after some tokens of a
     * sequence up to its end.
     */
    private void checkPadding(long to) {
      int length = group.stream().sequenceLength();
      boolean right = to > filled;
      for (long from = filled; right && from < to; ) {
        long end = Math.min(to, (from / length + 1) * length);
        boolean rest = group.gaps() && from % length > 0 && end % length == 0;
        right = rest || group.token(shard, from) >= group.stream().tokens();
        from = end;
      }
      if (!right) {
        throw new IllegalStateException(
            String.format(
                "The order's token offsets are not contiguous: shard %d of %s goes on at token %,d"
                    + " instead of %,d",
                shard, group.shardList(), to, filled));
      }
    }
  }
}
