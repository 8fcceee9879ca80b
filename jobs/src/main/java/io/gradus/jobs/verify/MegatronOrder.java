package io.gradus.jobs.verify;

/**
 * Megatron-LM's {@code MegatronPretrainingSampler} ({@code --dataloader-type single}): each
 * micro-batch of all ranks is a contiguous stretch, each rank's part of it too; an incomplete one
 * is dropped. What the samples' numbers stand for is up to GPTDataset's indices.
 */
final class MegatronOrder implements LoaderOrder {
  private static final long serialVersionUID = 1;

  private final Topology topology;
  private final long samples;

  MegatronOrder(Topology topology, long samples) {
    this.topology = topology;
    this.samples = samples;
  }

  @Override
  public long batches(int rank) {
    return samples / ((long) topology.ranks() * topology.microBatch());
  }

  @Override
  public int worker(int rank, long batch) {
    return (int) (batch % topology.streams());
  }

  @Override
  public long[] batch(int rank, long batch) {
    long[] result = new long[topology.microBatch()];
    for (int i = 0; i < result.length; i++) {
      result[i] = (batch * topology.ranks() + rank) * topology.microBatch() + i;
    }
    return result;
  }
}
