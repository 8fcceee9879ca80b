package io.gradus.common.table;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;

/**
 * Where each sequence of the curriculum lies, so that a reader that does not read shards one after
 * the other still sees the curriculum in order: a bijection between the numbers 0 to {@link
 * #total()} - 1 and the rows of the shards. Numbers from {@link #sequences()} on are sequences of
 * padding, which come last in the reader's order and make its ranks' shares equal. In every layout
 * the rows of a shard are in ascending order of their sequences.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "layout")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SequenceLayout.Sorted.class, name = "sorted"),
  @JsonSubTypes.Type(value = SequenceLayout.Strided.class, name = "strided"),
  @JsonSubTypes.Type(value = SequenceLayout.StridedShards.class, name = "strided-shards"),
  @JsonSubTypes.Type(value = SequenceLayout.RankBlocks.class, name = "rank-blocks")
})
public sealed interface SequenceLayout extends Serializable {
  /**
   * A place in the shards.
   *
   * @param shard the shard's number, from 0
   * @param row the sequence's number in the shard, from 0
   */
  record Place(int shard, long row) {}

  /** Sequences that hold tokens of the curriculum. */
  long sequences();

  /** Sequences in all shards, those of padding counted. */
  long total();

  int shards();

  /** Sequences in a shard, those of padding counted. */
  long rows(int shard);

  /** Where a sequence lies; it must be in [0, total). */
  Place place(long sequence);

  /** Which sequence lies there. */
  long sequence(int shard, long row);

  /**
   * How many sequences, counted from a multiple of it, lie in adjacent rows of one shard; a shard's
   * last run may be short.
   */
  long run();

  /** Sequences that hold padding only. */
  default long paddingSequences() {
    return total() - sequences();
  }

  /**
   * Shards are stretches of the curriculum, one after the other.
   *
   * @param shardRows sequences of every shard but the last
   */
  record Sorted(long sequences, long shardRows) implements SequenceLayout {
    @Override
    public long total() {
      return sequences;
    }

    @Override
    public long run() {
      return shardRows;
    }

    @Override
    public int shards() {
      return Math.toIntExact(ceilDiv(sequences, shardRows));
    }

    @Override
    public long rows(int shard) {
      return Math.min(shardRows, sequences - shard * shardRows);
    }

    @Override
    public Place place(long sequence) {
      return new Place(Math.toIntExact(sequence / shardRows), sequence % shardRows);
    }

    @Override
    public long sequence(int shard, long row) {
      return shard * shardRows + row;
    }
  }

  /**
   * For MosaicML Streaming with C canonical nodes and no shuffling, which reads sample {@code (p
   * mod C) * n/C + p/C} at position p ({@code streaming/base/partition}): each canonical node has
   * shards of its own, which hold every C-th sequence.
   *
   * @param canonicalNodes C, the reader's {@code num_canonical_nodes}
   * @param shardRows sequences of every shard but each node's last
   */
  record Strided(long sequences, int canonicalNodes, long shardRows) implements SequenceLayout {
    @Override
    public long total() {
      return nodeRows() * canonicalNodes;
    }

    private long nodeRows() {
      return ceilDiv(sequences, canonicalNodes);
    }

    private int nodeShards() {
      return Math.toIntExact(ceilDiv(nodeRows(), shardRows));
    }

    @Override
    public long run() {
      return 1;
    }

    @Override
    public int shards() {
      return Math.multiplyExact(nodeShards(), canonicalNodes);
    }

    @Override
    public long rows(int shard) {
      return Math.min(shardRows, nodeRows() - shard % nodeShards() * shardRows);
    }

    @Override
    public Place place(long sequence) {
      int node = (int) (sequence % canonicalNodes);
      long nodeRow = sequence / canonicalNodes;
      return new Place(
          Math.toIntExact((long) node * nodeShards() + nodeRow / shardRows), nodeRow % shardRows);
    }

    @Override
    public long sequence(int shard, long row) {
      int node = shard / nodeShards();
      long nodeRow = shard % nodeShards() * shardRows + row;
      return nodeRow * canonicalNodes + node;
    }
  }

  /**
   * For readers that deal shards to ranks and then to workers, one at a time, and whose loader
   * takes batches from its workers in turn: Hugging Face's streaming datasets after {@code
   * split_dataset_by_node} under a {@code DataLoader}, and WebDataset. Batch t of rank r is batch
   * {@code b = t / W} of its worker {@code w = t mod W}, and holds B sequences from number {@code
   * (t * R + r) * B}; it lies in shard {@code (b / m) * R * W + w * R + r} from row {@code (b mod
   * m) * B}.
   *
   * @param ranks R, data-parallel ranks
   * @param workers W, loader workers of each rank
   * @param microBatch B, sequences of a rank's batch
   * @param shardBatches m, batches of every shard but each worker's last
   */
  record StridedShards(long sequences, int ranks, int workers, int microBatch, long shardBatches)
      implements SequenceLayout {
    @Override
    public long total() {
      return batches() * ranks * microBatch;
    }

    /** Batches of one rank. */
    private long batches() {
      return ceilDiv(sequences, (long) ranks * microBatch);
    }

    private int shardsOfRound() {
      return Math.multiplyExact(ranks, workers);
    }

    @Override
    public long run() {
      return microBatch;
    }

    /** Shards of one round that hold m batches or less; the last round may lack some workers'. */
    @Override
    public int shards() {
      long batchesOfRound = shardBatches * workers;
      long rounds = batches() / batchesOfRound;
      long rest = Math.min(batches() % batchesOfRound, workers);
      return Math.toIntExact(rounds * shardsOfRound() + rest * ranks);
    }

    @Override
    public long rows(int shard) {
      int worker = shard % shardsOfRound() / ranks;
      long batchesOfWorker = (batches() - worker + workers - 1) / workers;
      long before = shard / shardsOfRound() * shardBatches;
      return Math.min(shardBatches, batchesOfWorker - before) * microBatch;
    }

    @Override
    public Place place(long sequence) {
      Turn turn = Turn.of(sequence, ranks, workers, microBatch);
      long shard =
          turn.batch / shardBatches * shardsOfRound() + (long) turn.worker * ranks + turn.rank;
      return new Place(Math.toIntExact(shard), turn.batch % shardBatches * microBatch + turn.row);
    }

    @Override
    public long sequence(int shard, long row) {
      long batch = shard / shardsOfRound() * shardBatches + row / microBatch;
      int worker = shard % shardsOfRound() / ranks;
      return new Turn(batch, worker, shard % ranks, row % microBatch)
          .sequence(ranks, workers, microBatch);
    }
  }

  /**
   * For readers that give each worker of each rank one contiguous range, and whose loader takes
   * batches from its workers in turn: LitData without shuffling ({@code
   * litdata/utilities/shuffle.py}, {@code _associate_chunks_and_intervals_to_workers}). Batches are
   * dealt as in {@link StridedShards}; all batches of a worker lie together, the workers of rank 0
   * first, and in shards of their own.
   *
   * @param ranks R, data-parallel ranks
   * @param workers W, loader workers of each rank
   * @param microBatch B, sequences of a rank's batch
   * @param shardBatches batches of every shard but each worker's last
   */
  record RankBlocks(long sequences, int ranks, int workers, int microBatch, long shardBatches)
      implements SequenceLayout {
    @Override
    public long total() {
      return batches() * ranks * microBatch;
    }

    private long batches() {
      return ceilDiv(sequences, (long) ranks * microBatch);
    }

    private long batchesOf(int worker) {
      return (batches() - worker + workers - 1) / workers;
    }

    /** Shards of a worker that has one batch more than the last worker has. */
    private int shardsOfFirst() {
      return Math.toIntExact(ceilDiv(batchesOf(0), shardBatches));
    }

    private int shardsOfLast() {
      return Math.toIntExact(ceilDiv(batchesOf(workers - 1), shardBatches));
    }

    /** The first shard of a rank's worker, counted from the rank's first. */
    private int firstShard(int worker) {
      int longer = Math.toIntExact(Math.min(worker, batches() % workers));
      return Math.addExact(
          Math.multiplyExact(longer, shardsOfFirst()),
          Math.multiplyExact(worker - longer, shardsOfLast()));
    }

    private int shardsOfRank() {
      return firstShard(workers);
    }

    @Override
    public long run() {
      return microBatch;
    }

    @Override
    public int shards() {
      return Math.multiplyExact(ranks, shardsOfRank());
    }

    private int workerOf(int shardOfRank) {
      int longer = Math.toIntExact(batches() % workers);
      int shardsOfLonger = longer * shardsOfFirst();
      return shardOfRank < shardsOfLonger
          ? shardOfRank / shardsOfFirst()
          : longer + (shardOfRank - shardsOfLonger) / shardsOfLast();
    }

    @Override
    public long rows(int shard) {
      int shardOfRank = shard % shardsOfRank();
      int worker = workerOf(shardOfRank);
      long before = (shardOfRank - firstShard(worker)) * shardBatches;
      return Math.min(shardBatches, batchesOf(worker) - before) * microBatch;
    }

    @Override
    public Place place(long sequence) {
      Turn turn = Turn.of(sequence, ranks, workers, microBatch);
      long shard =
          (long) turn.rank * shardsOfRank() + firstShard(turn.worker) + turn.batch / shardBatches;
      return new Place(Math.toIntExact(shard), turn.batch % shardBatches * microBatch + turn.row);
    }

    @Override
    public long sequence(int shard, long row) {
      int shardOfRank = shard % shardsOfRank();
      int worker = workerOf(shardOfRank);
      long batch = (shardOfRank - firstShard(worker)) * shardBatches + row / microBatch;
      return new Turn(batch, worker, shard / shardsOfRank(), row % microBatch)
          .sequence(ranks, workers, microBatch);
    }
  }

  /**
   * When a loader's batch is a sequence's turn.
   *
   * @param batch the batch's number among its worker's
   * @param worker of the rank
   * @param rank the data-parallel rank
   * @param row the sequence's number in the batch
   */
  record Turn(long batch, int worker, int rank, long row) {
    static Turn of(long sequence, int ranks, int workers, int microBatch) {
      long batchOfRank = sequence / ((long) ranks * microBatch);
      return new Turn(
          batchOfRank / workers,
          (int) (batchOfRank % workers),
          (int) (sequence / microBatch % ranks),
          sequence % microBatch);
    }

    long sequence(int ranks, int workers, int microBatch) {
      return ((batch * workers + worker) * ranks + rank) * microBatch + row;
    }
  }

  private static long ceilDiv(long dividend, long divisor) {
    return Math.floorDiv(dividend + divisor - 1, divisor);
  }
}
