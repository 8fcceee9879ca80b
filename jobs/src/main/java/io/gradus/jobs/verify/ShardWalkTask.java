package io.gradus.jobs.verify;

import io.gradus.common.table.PackedShards;
import io.gradus.common.table.Shard;
import io.gradus.common.workspace.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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
 * @param shape the order's shape
 * @param done counts stream tokens that were compared
 */
record ShardWalkTask(
    String directory,
    PackedShards table,
    Broadcast<List<Shard>> shards,
    String shape,
    SerializableConfiguration hadoop,
    LongAccumulator done)
    implements MapPartitionsFunction<Row, String> {

  @Override
  public Iterator<String> call(Iterator<Row> rows) throws IOException {
    List<String> checks = new ArrayList<>();
    ExpectedPiece next = rows.hasNext() ? ExpectedPiece.of(rows.next()) : null;
    while (next != null) {
      int index = next.shard();
      Path root = new Path(directory);
      try (ShardWalk walk =
          new ShardWalk(table, shards.value(), index, shape, root, hadoop.value())) {
        while (next != null && next.shard() == index) {
          TaskContext.get().killTaskIfInterrupted();
          walk.expect(next);
          done.add(next.to() - next.from());
          next = rows.hasNext() ? ExpectedPiece.of(rows.next()) : null;
        }
        checks.add(Json.write(walk.finish()));
      }
    }
    return checks.iterator();
  }
}
