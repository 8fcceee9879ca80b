package io.gradus.jobs.verify;

import io.gradus.common.table.Shard;
import io.gradus.common.workspace.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Walks through shards with the pieces that they should hold.
 *
 * @param directory the pack stage's directory
 * @param shards all shards in order, sent once to each executor
 * @param done counts stream tokens that were compared
 */
record ShardWalkTask(
    String directory,
    WalkPlan plan,
    Broadcast<List<Shard>> shards,
    SerializableConfiguration hadoop,
    LongAccumulator done)
    implements MapPartitionsFunction<Row, Row> {

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new Walks(rows);
  }

  /** One shard after the other, each when the rows of the one before it have been taken. */
  private final class Walks implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Deque<Row> ready = new ArrayDeque<>();
    private ExpectedPiece next;

    Walks(Iterator<Row> rows) {
      this.rows = rows;
      this.next = rows.hasNext() ? ExpectedPiece.of(rows.next()) : null;
    }

    @Override
    public boolean hasNext() {
      if (ready.isEmpty() && next != null) {
        try {
          walk();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return !ready.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.remove();
    }

    private void walk() throws IOException {
      int index = next.shard();
      try (ShardWalk walk =
          new ShardWalk(plan, shards.value(), index, new Path(directory), hadoop.value())) {
        while (next != null && next.shard() == index) {
          TaskContext.get().killTaskIfInterrupted();
          walk.expect(next);
          done.add(next.to() - next.from());
          next = rows.hasNext() ? ExpectedPiece.of(rows.next()) : null;
        }
        ready.add(DocumentPart.row(index, Json.write(walk.finish())));
        ready.addAll(walk.parts());
      }
    }
  }
}
