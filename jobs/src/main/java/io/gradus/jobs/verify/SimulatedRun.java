package io.gradus.jobs.verify;

import io.gradus.common.table.SequenceLayout;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Which sequences of the curriculum a training run reads at which optimizer step: the loader's
 * samples, found in its files and from there in the layout.
 */
final class SimulatedRun implements Serializable {
  private static final long serialVersionUID = 1;

  private final LoaderOrder loader;
  private final Topology topology;
  private final SequenceLayout layout;
  private final int[] shards;
  private final long[] starts;
  private final long steps;

  /**
   * A run of so many steps.
   *
   * @param shards the shard in each of the loader's files, in its order
   * @param samples how many the loader finds in each
   * @param limit most steps, or 0 for all
   */
  SimulatedRun(
      LoaderOrder loader,
      Topology topology,
      SequenceLayout layout,
      int[] shards,
      long[] samples,
      long limit) {
    this.loader = loader;
    this.topology = topology;
    this.layout = layout;
    this.shards = shards.clone();
    this.starts = new long[samples.length];
    for (int file = 1; file < samples.length; file++) {
      starts[file] = starts[file - 1] + samples[file - 1];
    }
    long all = 0;
    for (int rank = 0; rank < topology.ranks(); rank++) {
      all = Math.max(all, Rounded.up(loader.batches(rank), topology.accumulate()));
    }
    this.steps = limit == 0 ? all : Math.min(all, limit);
  }

  long steps() {
    return steps;
  }

  Topology topology() {
    return topology;
  }

  /** Sequences that hold tokens. */
  long sequences() {
    return layout.sequences();
  }

  /** The number of a step's first micro-batch. */
  long firstBatch(long step) {
    return step * topology.accumulate();
  }

  /** The number after a step's last micro-batch on a rank, which may end before the step does. */
  long endBatch(int rank, long step) {
    return Math.min(firstBatch(step + 1), Math.max(firstBatch(step), loader.batches(rank)));
  }

  int worker(int rank, long batch) {
    return loader.worker(rank, batch);
  }

  /** The sequences of a micro-batch; numbers from {@link #sequences()} on hold padding. */
  long[] sequences(int rank, long batch) {
    long[] result = loader.batch(rank, batch);
    for (int i = 0; i < result.length; i++) {
      int found = Arrays.binarySearch(starts, result[i]);
      int file = found >= 0 ? found : -found - 2;
      // Files without samples begin where the next one does.
      while (file + 1 < starts.length && starts[file + 1] == starts[file]) {
        file++;
      }
      result[i] = layout.sequence(shards[file], result[i] - starts[file]);
    }
    return result;
  }
}
