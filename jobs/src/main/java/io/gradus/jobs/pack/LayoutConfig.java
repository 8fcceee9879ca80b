package io.gradus.jobs.pack;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.ShardFormat;

/**
 * A format's section of {@code pack.layouts}: the topology whose readers shall see the order. All
 * numbers are 1 where the sorted layout is wanted.
 *
 * @param canonicalNodes for {@code mds} and {@code mds-zstd}: canonical nodes
 * @param ranks for {@code parquet} as a stream and {@code litdata}: data-parallel ranks
 * @param workers loader workers of each rank
 * @param microBatch sequences of a rank's batch
 */
public record LayoutConfig(int canonicalNodes, int ranks, int workers, int microBatch) {
  /** Shards are stretches of the curriculum, one after the other. */
  public static final LayoutConfig SORTED = new LayoutConfig(1, 1, 1, 1);

  private static final Range TOPOLOGY = new Range(1, 65_536);
  private static final Key<Integer> CANONICAL_NODES =
      Key.integer("canonical-nodes", TOPOLOGY, "Canonical nodes, as the loader is told.");
  private static final Key<Integer> RANKS = Key.integer("ranks", TOPOLOGY, "Data-parallel ranks.");
  private static final Key<Integer> WORKERS =
      Key.integer("workers", TOPOLOGY, "Loader workers of each rank.");
  private static final Key<Integer> MICRO_BATCH =
      Key.integer("micro-batch", TOPOLOGY, "Sequences of a rank's batch.");

  /** File names count shards with five digits. */
  private static final int MOST_READERS = 100_000;

  /** The keys of a format's section. */
  static Keys keys(ShardFormat format) {
    return switch (format) {
      case MDS, MDS_ZSTD -> Keys.of(CANONICAL_NODES);
      case PARQUET, LITDATA -> Keys.of(RANKS, WORKERS, MICRO_BATCH);
      case MEGATRON, OLMO, DATATROVE, JSONL -> throw oneLayout(format);
    };
  }

  /** Reads a format's section. */
  static LayoutConfig read(Section section, ShardFormat format) {
    LayoutConfig config =
        switch (format) {
          case MDS, MDS_ZSTD -> new LayoutConfig(section.read(CANONICAL_NODES), 1, 1, 1);
          case PARQUET, LITDATA ->
              new LayoutConfig(
                  1, section.read(RANKS), section.read(WORKERS), section.read(MICRO_BATCH));
          case MEGATRON, OLMO, DATATROVE, JSONL -> throw oneLayout(format);
        };
    long readers = (long) config.ranks * config.workers;
    if (readers > MOST_READERS) {
      section.problem(
          WORKERS,
          String.format(
              "with %d ranks makes %,d readers, each with shards of its own; there may be %,d",
              config.ranks, readers, MOST_READERS));
    }
    section.finish(keys(format));
    return config;
  }

  /** Whether the format can be laid out for a topology. */
  static boolean hasChoice(ShardFormat format) {
    return switch (format) {
      case MDS, MDS_ZSTD, PARQUET, LITDATA -> true;
      case MEGATRON, OLMO, DATATROVE, JSONL -> false;
    };
  }

  /**
   * The layout of so many sequences.
   *
   * @param shardRows about how many sequences a shard should hold
   */
  SequenceLayout layout(ShardFormat format, long sequences, long shardRows) {
    if (equals(SORTED)) {
      return new SequenceLayout.Sorted(sequences, shardRows);
    }
    return switch (format) {
      case MDS, MDS_ZSTD -> new SequenceLayout.Strided(sequences, canonicalNodes, shardRows);
      case PARQUET ->
          new SequenceLayout.StridedShards(
              sequences, ranks, workers, microBatch, Math.max(1, shardRows / microBatch));
      case LITDATA ->
          new SequenceLayout.RankBlocks(
              sequences, ranks, workers, microBatch, Math.max(1, shardRows / microBatch));
      case MEGATRON, OLMO, DATATROVE, JSONL -> throw oneLayout(format);
    };
  }

  private static IllegalArgumentException oneLayout(ShardFormat format) {
    return new IllegalArgumentException(format.label() + " has one layout only");
  }
}
