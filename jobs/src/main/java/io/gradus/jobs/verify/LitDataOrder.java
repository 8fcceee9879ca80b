package io.gradus.jobs.verify;

/**
 * LitData's {@code StreamingDataset(shuffle=False)} in a {@code StreamingDataLoader} ({@code
 * _associate_chunks_and_intervals_to_workers} in {@code litdata/utilities/shuffle.py}): each worker
 * of each rank gets one contiguous part of whole batches, and a rank's workers give theirs in turn.
 */
final class LitDataOrder implements LoaderOrder {
  private static final long serialVersionUID = 1;

  /** What becomes of samples that are no whole batch of every rank. */
  enum Remainder {
    /** They are dropped, which is the default for several ranks. */
    DROP,
    /** One worker of the last rank gets them, which is the default for one rank. */
    LAST_RANK
  }

  private final Topology topology;
  private final long[] starts;
  private final WorkerRounds[] rounds;

  LitDataOrder(Topology topology, long samples, Remainder remainder) {
    this.topology = topology;
    int workers = topology.streams();
    int batch = topology.microBatch();
    long perRank = samples / batch / topology.ranks();
    long[] counts = new long[topology.ranks() * workers];
    long assigned = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (perRank / workers + (i % workers < perRank % workers ? 1 : 0)) * batch;
      assigned += counts[i];
    }
    if (remainder == Remainder.LAST_RANK) {
      counts[(topology.ranks() - 1) * workers + (int) (perRank % workers)] += samples - assigned;
    }
    this.starts = new long[counts.length + 1];
    this.rounds = new WorkerRounds[topology.ranks()];
    for (int i = 0; i < counts.length; i++) {
      starts[i + 1] = starts[i] + counts[i];
    }
    for (int rank = 0; rank < rounds.length; rank++) {
      long[] batches = new long[workers];
      for (int worker = 0; worker < workers; worker++) {
        batches[worker] = Rounded.up(counts[rank * workers + worker], batch);
      }
      rounds[rank] = new WorkerRounds(batches);
    }
  }

  @Override
  public long batches(int rank) {
    return rounds[rank].total();
  }

  @Override
  public int worker(int rank, long batch) {
    return rounds[rank].turn(batch).worker();
  }

  @Override
  public long[] batch(int rank, long batch) {
    WorkerRounds.Turn turn = rounds[rank].turn(batch);
    int worker = rank * topology.streams() + turn.worker();
    long first = starts[worker] + turn.index() * topology.microBatch();
    long[] result = new long[(int) Math.min(topology.microBatch(), starts[worker + 1] - first)];
    for (int i = 0; i < result.length; i++) {
      result[i] = first + i;
    }
    return result;
  }
}
