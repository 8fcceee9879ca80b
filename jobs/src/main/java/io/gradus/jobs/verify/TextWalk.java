package io.gradus.jobs.verify;

import static org.apache.spark.sql.functions.col;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Compares shards of texts with the order: a shard holds the documents that begin in its stretch of
 * the concatenated curriculum, and each text must be the one that its document's id is made of.
 */
final class TextWalk {
  private TextWalk() {}

  /** What was found in each shard, in order. */
  static List<ShardCheck> run(
      JobContext context,
      Dataset<Row> order,
      Finished<PackedShards> packed,
      ShardGroup group,
      List<Shard> shards) {
    SequenceLayout layout = group.layout();
    int length = group.split().stream().sequenceLength();
    int beside = packed.table().tokensBesideText();
    String placement = group.split().placement();
    Dataset<Row> rows =
        placement == null || placement.isEmpty()
            ? order
            : context
                .session()
                .read()
                .parquet(packed.directory().file(placement).toString())
                .filter(col(PlacementTable.FIRST_TOKEN).equalTo(0));
    MapFunction<Row, Row> expected =
        row -> {
          long begin = row.getLong(2) + row.getLong(3) * beside;
          long sequence = Math.max(0, Math.min(begin / length, layout.sequences() - 1));
          return RowFactory.create(
              layout.place(sequence).shard(), row.getLong(3), row.get(0), row.get(1));
        };
    // Shards in which no document begins are looked at too.
    List<Row> all =
        IntStream.range(0, layout.shards())
            .mapToObj(shard -> RowFactory.create(shard, -1L, null, null))
            .toList();
    Broadcast<List<Shard>> list =
        JavaSparkContext.fromSparkContext(context.session().sparkContext()).broadcast(shards);
    try {
      return rows
          .select(
              DocumentsTable.DOC_ID,
              DocumentsTable.SOURCE,
              OrderTable.TOKEN_OFFSET,
              OrderTable.POSITION)
          .map(expected, Encoders.row(TextWalkTask.EXPECTED))
          .union(context.session().createDataFrame(all, TextWalkTask.EXPECTED))
          .repartitionById(layout.shards(), col(ExpectedPiece.SHARD))
          .sortWithinPartitions(ExpectedPiece.SHARD, TextWalkTask.POSITION)
          .mapPartitions(
              new TextWalkTask(
                  packed.directory().path().toString(),
                  list,
                  new SerializableConfiguration(context.hadoop())),
              Encoders.STRING())
          // One small text for each shard.
          .collectAsList()
          .stream()
          .map(json -> Json.read(json, ShardCheck.class))
          .sorted(Comparator.comparingInt(ShardCheck::shard))
          .toList();
    } finally {
      list.destroy();
    }
  }
}
