package io.gradus.jobs.verify;

import io.gradus.common.job.UserMistake;

/**
 * {@code streaming.StreamingDataset(shuffle=False)} with its default partitioning ({@code relaxed},
 * which is {@code orig} where nothing is resumed; {@code streaming/base/partition/orig.py}, version
 * 0.13). Samples are dealt out to canonical nodes as contiguous parts, read side by side; then to
 * nodes, ranks and workers in turn. Whatever does not divide is filled up with samples that were
 * read before.
 */
final class MosaicStreamingOrder implements LoaderOrder {
  private static final long serialVersionUID = 1;

  private final Topology topology;
  private final long samples;
  private final long canonicalNodes;
  private final long perCanonicalNode;
  private final long nodeRatio;
  private final long padding;
  private final boolean tiled;
  private final long perNode;

  /**
   * Lays out an epoch.
   *
   * @param samples of all shards
   * @param canonicalNodes a multiple or a divisor of the nodes
   * @throws UserMistake where the library itself fails, having too few samples to fill nodes up
   */
  MosaicStreamingOrder(Topology topology, long samples, int canonicalNodes) {
    int nodes = topology.nodes();
    this.topology = topology;
    this.samples = samples;
    this.canonicalNodes = canonicalNodes;
    this.perCanonicalNode = Rounded.up(samples, canonicalNodes);
    this.nodeRatio = canonicalNodes < nodes ? nodes / canonicalNodes : 1;
    this.padding = Math.floorMod(-perCanonicalNode, nodeRatio);
    this.tiled = samples < canonicalNodes || (samples == canonicalNodes && canonicalNodes < nodes);
    this.perNode = canonicalNodes * (perCanonicalNode + padding) / nodes;
    if (!tiled && padding > 0 && firstRepeated() < 0) {
      throw new UserMistake(
          String.format(
              "--nodes: %d is too many for %d samples: with num_canonical_nodes = %d,"
                  + " mosaicml-streaming cannot fill the nodes up and fails. Take fewer nodes, or as"
                  + " many canonical nodes.",
              nodes, samples, canonicalNodes));
    }
  }

  private long perRank() {
    return Rounded.up(perNode, topology.ranksPerNode());
  }

  @Override
  public long batches(int rank) {
    return Rounded.up(perRank(), topology.microBatch());
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
      result[i] = ofRank(rank, first + i);
    }
    return result;
  }

  private long ofRank(int rank, long index) {
    int ranks = topology.ranksPerNode();
    int node = rank / ranks;
    long inNode = index * ranks + rank % ranks;
    long filled = inNode - perNode;
    if (filled >= 0) {
      long missing = ranks - perNode % ranks;
      // The fill repeats what was read shortly before; a node with less than that begins again.
      boolean enough = ranks + missing - 1 <= perNode;
      inNode = enough ? perNode - ranks - missing + 1 + filled : filled % perNode;
    }
    return inOrder(inNode * topology.nodes() + node);
  }

  /** The column that fills up the first one that is missing. */
  private long firstRepeated() {
    return perCanonicalNode - nodeRatio + 1 - padding;
  }

  /** The sample at a place of the order over all nodes. */
  private long inOrder(long place) {
    long row = place % canonicalNodes;
    long column = place / canonicalNodes;
    if (tiled) {
      return (row * (perCanonicalNode + padding) + column) % samples;
    }
    long repeated = column - perCanonicalNode;
    if (repeated >= 0) {
      column = firstRepeated() + repeated;
    }
    long start = row * samples / canonicalNodes;
    long stop = (row + 1) * samples / canonicalNodes;
    boolean isShort = stop - start < perCanonicalNode;
    return start + column - (isShort && column == perCanonicalNode - 1 ? 1 : 0);
  }
}
