package io.gradus.jobs.verify;

/**
 * A map-style set through PyTorch's {@code DistributedSampler(shuffle=False)} and {@code
 * DataLoader} ({@code torch/utils/data/distributed.py}): rank {@code r} gets every R-th sample from
 * {@code r} on.
 */
final class DistributedSamplerOrder implements LoaderOrder {
  private static final long serialVersionUID = 1;

  /** What becomes of samples that do not come out even. */
  enum Remainder {
    /** Sampler and loader drop them ({@code drop_last=True}). */
    DROP,
    /** The sampler begins again at the first sample, and the last batch is short. */
    WRAP
  }

  private final Topology topology;
  private final long samples;
  private final Remainder remainder;

  DistributedSamplerOrder(Topology topology, long samples, Remainder remainder) {
    this.topology = topology;
    this.samples = samples;
    this.remainder = remainder;
  }

  private long perRank() {
    return remainder == Remainder.DROP
        ? samples / topology.ranks()
        : Rounded.up(samples, topology.ranks());
  }

  @Override
  public long batches(int rank) {
    return remainder == Remainder.DROP
        ? perRank() / topology.microBatch()
        : Rounded.up(perRank(), topology.microBatch());
  }

  @Override
  public int worker(int rank, long batch) {
    return (int) (batch % topology.streams());
  }

  @Override
  public long[] batch(int rank, long batch) {
    long first = batch * topology.microBatch();
    long[] result = new long[(int) Math.min(topology.microBatch(), perRank() - first)];
    for (int i = 0; i < result.length; i++) {
      result[i] = ((first + i) * topology.ranks() + rank) % samples;
    }
    return result;
  }
}
