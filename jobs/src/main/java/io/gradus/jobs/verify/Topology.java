package io.gradus.jobs.verify;

import java.io.Serializable;

/**
 * How a training run is spread out, which decides who reads what.
 *
 * @param nodes machines
 * @param ranksPerNode data-parallel ranks on each of them
 * @param workers loader processes of each rank; 0 when the rank itself loads
 * @param microBatch sequences that a rank takes from its loader at a time
 * @param accumulate micro-batches of each rank in one optimizer step
 */
public record Topology(int nodes, int ranksPerNode, int workers, int microBatch, int accumulate)
    implements Serializable {

  /** Data-parallel ranks of all nodes; rank {@code r} is on node {@code r / ranksPerNode}. */
  public int ranks() {
    return nodes * ranksPerNode;
  }

  /** Streams that a rank's loader deals out in turn: its workers, or the rank itself. */
  int streams() {
    return Math.max(1, workers);
  }

  /** Sequences of one optimizer step, which trainers call the global batch. */
  public long stepSequences() {
    return (long) ranks() * microBatch * accumulate;
  }

  @Override
  public String toString() {
    String loaders =
        switch (workers) {
          case 0 -> "no workers";
          case 1 -> "1 worker";
          default -> workers + " workers";
        };
    return String.format(
        "%d x %d ranks, %s, micro-batch %d, %d accumulated",
        nodes, ranksPerNode, loaders, microBatch, accumulate);
  }
}
