package io.gradus.jobs.verify;

import java.io.Serializable;
import java.util.Arrays;

/**
 * In which order PyTorch's {@code DataLoader} gives the batches of the workers of an iterable set:
 * one of each in turn; who has no more is left out from then on.
 */
final class WorkerRounds implements Serializable {
  private static final long serialVersionUID = 1;

  private final long[] batches;

  /** Workers that have so many batches each. */
  WorkerRounds(long[] batches) {
    this.batches = batches.clone();
  }

  /**
   * One worker's batch.
   *
   * @param index among those of the worker
   */
  record Turn(int worker, long index) {}

  long total() {
    return Arrays.stream(batches).sum();
  }

  /** The turn at which the loader gives its batch of that number. */
  Turn turn(long batch) {
    long low = 0;
    long high = Arrays.stream(batches).max().orElse(0);
    // The last round that begins at or before the batch.
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (before(middle) <= batch) {
        low = middle;
      } else {
        high = middle;
      }
    }
    long left = batch - before(low);
    for (int worker = 0; worker < batches.length; worker++) {
      if (batches[worker] > low && left-- == 0) {
        return new Turn(worker, low);
      }
    }
    throw new IndexOutOfBoundsException("batch " + batch + " of " + total());
  }

  /** Batches in all rounds before this one. */
  private long before(long round) {
    return Arrays.stream(batches).map(count -> Math.min(count, round)).sum();
  }
}
