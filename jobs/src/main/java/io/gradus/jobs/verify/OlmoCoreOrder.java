package io.gradus.jobs.verify;

/**
 * OLMo-core's {@code NumpyFSLDataLoader} with {@code shuffle=False} or identity global indices
 * ({@code olmo_core/data/data_loader.py}): each optimizer step takes a contiguous global batch, of
 * which ranks get every R-th instance and cut theirs into micro-batches; an incomplete global batch
 * is dropped.
 */
final class OlmoCoreOrder implements LoaderOrder {
  private static final long serialVersionUID = 1;

  private final Topology topology;
  private final long samples;

  OlmoCoreOrder(Topology topology, long samples) {
    this.topology = topology;
    this.samples = samples;
  }

  @Override
  public long batches(int rank) {
    return samples / topology.stepSequences() * topology.accumulate();
  }

  @Override
  public int worker(int rank, long batch) {
    // A worker gathers a whole step's instances of its rank.
    return (int) (batch / topology.accumulate() % topology.streams());
  }

  @Override
  public long[] batch(int rank, long batch) {
    long step = batch / topology.accumulate();
    long first = batch % topology.accumulate() * topology.microBatch();
    long[] result = new long[topology.microBatch()];
    for (int i = 0; i < result.length; i++) {
      result[i] = step * topology.stepSequences() + (first + i) * topology.ranks() + rank;
    }
    return result;
  }
}
