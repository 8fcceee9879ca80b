package io.gradus.jobs.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** Topologies that come out even and such that do not, with what the simulations say of them. */
final class LoaderCases {
  private LoaderCases() {}

  /**
   * A case as the Python script reads it.
   *
   * @param rows samples of each file
   * @param canonicalNodes for mosaicml-streaming
   * @param batches the simulated samples by rank and batch
   */
  record Case(
      int nodes,
      int ranks,
      int workers,
      int microBatch,
      int accumulate,
      List<Long> rows,
      int canonicalNodes,
      List<List<List<Long>>> batches) {
    static Case of(Topology topology, long[] rows, int canonicalNodes, LoaderOrder order) {
      List<List<List<Long>>> batches = new ArrayList<>();
      for (int rank = 0; rank < topology.ranks(); rank++) {
        List<List<Long>> ofRank = new ArrayList<>();
        for (long batch = 0; batch < order.batches(rank); batch++) {
          ofRank.add(LongStream.of(order.batch(rank, batch)).boxed().toList());
        }
        batches.add(ofRank);
      }
      return new Case(
          topology.nodes(),
          topology.ranksPerNode(),
          topology.workers(),
          topology.microBatch(),
          topology.accumulate(),
          LongStream.of(rows).boxed().toList(),
          canonicalNodes,
          batches);
    }
  }

  private static final List<Topology> TOPOLOGIES =
      List.of(
          new Topology(1, 1, 0, 1, 1),
          new Topology(1, 1, 2, 4, 1),
          new Topology(1, 2, 2, 4, 2),
          new Topology(2, 2, 2, 4, 2),
          new Topology(2, 4, 3, 3, 1),
          new Topology(4, 1, 0, 2, 3));
  private static final List<long[]> FILES =
      List.of(
          new long[] {64, 64, 64, 64},
          new long[] {16, 16, 16, 16, 16, 16, 16, 7},
          new long[] {23, 5, 31, 1, 17, 9, 40});

  /** Every function's cases; those of a few samples for what is cheap to ask. */
  static List<Case> of(String loader) {
    List<Case> cases = new ArrayList<>();
    switch (loader) {
      case "mosaicml-streaming" -> mosaic(cases);
      case "mosaicml-streaming-read" -> {
        for (Topology topology : TOPOLOGIES.subList(0, 2)) {
          for (int canonicalNodes : new int[] {1, 2}) {
            add(cases, topology, FILES.get(1), canonicalNodes, loader);
          }
        }
      }
      default -> {
        for (Topology topology : TOPOLOGIES) {
          for (long[] rows : FILES) {
            add(cases, topology, rows, 1, loader);
          }
        }
      }
    }
    return cases;
  }

  private static void mosaic(List<Case> cases) {
    for (Topology topology : TOPOLOGIES) {
      for (int canonicalNodes : new int[] {1, 2, 4, 8}) {
        if (Math.max(canonicalNodes, topology.nodes()) % Math.min(canonicalNodes, topology.nodes())
            == 0) {
          for (long samples : new long[] {256, 255, 101, 33, 17}) {
            add(cases, topology, new long[] {samples}, canonicalNodes, "mosaicml-streaming");
          }
        }
      }
    }
    // Fewer samples than there are ranks, or canonical nodes.
    add(cases, new Topology(1, 8, 2, 2, 1), new long[] {3}, 1, "mosaicml-streaming");
    add(cases, new Topology(2, 2, 1, 2, 1), new long[] {5}, 8, "mosaicml-streaming");
  }

  private static void add(
      List<Case> cases, Topology topology, long[] rows, int canonicalNodes, String loader) {
    long samples = LongStream.of(rows).sum();
    LoaderOrder order =
        switch (loader) {
          case "mosaicml-streaming", "mosaicml-streaming-read" ->
              new MosaicStreamingOrder(topology, samples, canonicalNodes);
          case "olmo-core" -> new OlmoCoreOrder(topology, samples);
          case "datatrove" ->
              new DistributedSamplerOrder(
                  topology, samples, DistributedSamplerOrder.Remainder.DROP);
          case "hf-map" ->
              new DistributedSamplerOrder(
                  topology, samples, DistributedSamplerOrder.Remainder.WRAP);
          case "hf-split-by-node" -> new ContiguousPartsOrder(topology, samples);
          case "hf-streaming" -> new HfStreamingOrder(topology, rows);
          case "litdata" ->
              new LitDataOrder(
                  topology,
                  samples,
                  topology.ranks() > 1
                      ? LitDataOrder.Remainder.DROP
                      : LitDataOrder.Remainder.LAST_RANK);
          default -> throw new IllegalArgumentException(Arrays.toString(rows) + loader);
        };
    cases.add(Case.of(topology, rows, canonicalNodes, order));
  }
}
