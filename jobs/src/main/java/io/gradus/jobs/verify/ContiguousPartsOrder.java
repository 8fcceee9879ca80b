package io.gradus.jobs.verify;

/**
 * Hugging Face's {@code split_dataset_by_node} of a map-style set ({@code Dataset.shard} with
 * {@code contiguous=True}): each rank gets one contiguous part, the first ones a sample more where
 * it does not divide.
 */
final class ContiguousPartsOrder implements LoaderOrder {
  private static final long serialVersionUID = 1;

  private final Topology topology;
  private final long samples;

  ContiguousPartsOrder(Topology topology, long samples) {
    this.topology = topology;
    this.samples = samples;
  }

  private long start(int rank) {
    return samples / topology.ranks() * rank + Math.min(rank, samples % topology.ranks());
  }

  @Override
  public long batches(int rank) {
    return Rounded.up(start(rank + 1) - start(rank), topology.microBatch());
  }

  @Override
  public int worker(int rank, long batch) {
    return (int) (batch % topology.streams());
  }

  @Override
  public long[] batch(int rank, long batch) {
    long first = start(rank) + batch * topology.microBatch();
    long[] result = new long[(int) Math.min(topology.microBatch(), start(rank + 1) - first)];
    for (int i = 0; i < result.length; i++) {
      result[i] = first + i;
    }
    return result;
  }
}
