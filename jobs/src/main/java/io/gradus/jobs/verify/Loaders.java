package io.gradus.jobs.verify;

import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.SequenceLayout.RankBlocks;
import io.gradus.common.table.SequenceLayout.Sorted;
import io.gradus.common.table.SequenceLayout.Strided;
import io.gradus.common.table.SequenceLayout.StridedShards;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which loader a configuration stands for, and what to do where it does not keep the order. */
final class Loaders {
  private static final String CANONICAL_NODES = "num_canonical_nodes";
  private static final String SHUFFLE = "shuffle";
  private static final String DROP_LAST = "drop_last";

  private Loaders() {}

  /** The settings that make the order, those that were not given as the layout asks for them. */
  static Map<String, String> settings(ReadingConfig config, SequenceLayout layout) {
    Map<String, String> settings = new TreeMap<>();
    for (String name : config.trainer().settings()) {
      settings.put(name, config.settings().getOrDefault(name, fallback(name, config, layout)));
    }
    return settings;
  }

  private static String fallback(String name, ReadingConfig config, SequenceLayout layout) {
    return switch (name) {
      case CANONICAL_NODES -> Integer.toString(canonicalNodes(layout));
      case "index_caches" -> "identity";
      case "split" -> "distributed-sampler";
      case DROP_LAST ->
          config.trainer() == Trainer.LITDATA && config.topology().ranks() > 1 ? "True" : "False";
      default -> "False";
    };
  }

  private static int canonicalNodes(SequenceLayout layout) {
    return layout instanceof Strided strided ? strided.canonicalNodes() : 1;
  }

  /** Whether the loader draws another order, which follows from its generator and not from here. */
  static boolean shuffles(Map<String, String> settings) {
    return "True".equals(settings.get(SHUFFLE)) || "stock".equals(settings.get("index_caches"));
  }

  static LoaderOrder order(ReadingConfig config, Map<String, String> settings, LoaderFiles files) {
    Topology topology = config.topology();
    long samples = files.allSamples();
    boolean dropLast = "True".equals(settings.get(DROP_LAST));
    return switch (config.trainer()) {
      case MOSAICML_STREAMING ->
          new MosaicStreamingOrder(
              topology, samples, Integer.parseInt(settings.get(CANONICAL_NODES)));
      case MEGATRON -> new MegatronOrder(topology, samples);
      case OLMO_CORE -> new OlmoCoreOrder(topology, samples);
      case NANOTRON ->
          new DistributedSamplerOrder(topology, samples, DistributedSamplerOrder.Remainder.DROP);
      case HF_MAP ->
          "split_dataset_by_node".equals(settings.get("split"))
              ? new ContiguousPartsOrder(topology, samples)
              : new DistributedSamplerOrder(
                  topology,
                  samples,
                  dropLast
                      ? DistributedSamplerOrder.Remainder.DROP
                      : DistributedSamplerOrder.Remainder.WRAP);
      case HF_STREAMING -> new HfStreamingOrder(topology, files.samples());
      case LITDATA ->
          new LitDataOrder(
              topology,
              samples,
              dropLast ? LitDataOrder.Remainder.DROP : LitDataOrder.Remainder.LAST_RANK);
    };
  }

  /** A layout in words. */
  static String words(SequenceLayout layout) {
    if (layout instanceof Strided strided) {
      return "strided for " + strided.canonicalNodes() + " canonical nodes";
    } else if (layout instanceof StridedShards shards) {
      return forReaders("strided shards", shards.ranks(), shards.workers(), shards.microBatch());
    } else if (layout instanceof RankBlocks blocks) {
      return forReaders("rank blocks", blocks.ranks(), blocks.workers(), blocks.microBatch());
    }
    return "sorted";
  }

  private static String forReaders(String layout, int ranks, int workers, int microBatch) {
    return String.format(
        "%s for %d ranks, %d workers, micro-batch %d", layout, ranks, workers, microBatch);
  }

  /**
   * What would mend a reading that does not keep the order, or does not read everything once.
   *
   * @param sequences of the curriculum, as the loader cuts it
   * @param wrong the breaches of each check
   */
  static List<String> remedies(
      ReadingConfig config,
      Map<String, String> settings,
      SequenceLayout layout,
      long sequences,
      Map<Check, Long> wrong) {
    List<String> remedies = new ArrayList<>();
    if (wrong.containsKey(Check.FILES)
        || wrong.containsKey(Check.CHECKSUMS)
        || wrong.containsKey(Check.STRUCTURE)) {
      remedies.add(
          "the files are not those that were packed: fetch them again, or remove the pack stage's"
              + " folder and run 'gradus pack' anew");
      return remedies;
    }
    boolean displaced = wrong.containsKey(Check.INVERSIONS);
    if (displaced) {
      order(config, settings, layout, remedies);
    }
    boolean uneven =
        wrong.containsKey(Check.COVERAGE)
            || wrong.containsKey(Check.REPEATS)
            || wrong.containsKey(Check.RANKS);
    long whole = sequences / config.topology().stepSequences();
    if (uneven && (remedies.isEmpty() || !displaced)) {
      remedies.add(
          String.format(
              "%,d sequences are not a multiple of %,d, those of a step, and this is what the"
                  + " loader does with the rest: train for %,d steps, and check it with --steps %d",
              sequences, config.topology().stepSequences(), whole, whole));
    }
    return remedies;
  }

  private static void order(
      ReadingConfig config,
      Map<String, String> settings,
      SequenceLayout layout,
      List<String> remedies) {
    Topology topology = config.topology();
    if ("stock".equals(settings.get("index_caches"))) {
      remedies.add(
          "GPTDataset always shuffles: put the identity index caches into --data-cache-path");
    }
    if ("True".equals(settings.get(SHUFFLE))) {
      remedies.add("set shuffle=False");
    }
    switch (config.trainer()) {
      case MOSAICML_STREAMING -> {
        int asked = canonicalNodes(layout);
        if (asked != Integer.parseInt(settings.get(CANONICAL_NODES))) {
          remedies.add(
              String.format(
                  "set num_canonical_nodes=%d, which the layout is for; left alone, it is the number"
                      + " of nodes",
                  asked));
        }
      }
      case HF_MAP -> {
        if ("split_dataset_by_node".equals(settings.get("split"))) {
          remedies.add(
              "split_dataset_by_node gives each rank one contiguous part of a map-style set: use"
                  + " DistributedSampler(shuffle=False) instead");
        }
      }
      case HF_STREAMING -> {
        if (!(layout instanceof StridedShards shards)
            || !same(topology, shards.ranks(), shards.workers(), shards.microBatch())) {
          remedies.add(packFor("strided-shards", topology, layout));
        }
      }
      case LITDATA -> {
        if (!(layout instanceof RankBlocks blocks)
            || !same(topology, blocks.ranks(), blocks.workers(), blocks.microBatch())) {
          remedies.add(packFor("rank-blocks", topology, layout));
        }
      }
      default -> {
        // These read sorted shards in order, and nothing else.
      }
    }
    boolean readsSorted =
        switch (config.trainer()) {
          case MEGATRON, OLMO_CORE, NANOTRON, HF_MAP -> true;
          default -> false;
        };
    if (readsSorted && !(layout instanceof Sorted)) {
      remedies.add(
          String.format(
              "the shards are %s, but %s reads sorted ones in order: pack with the sorted layout",
              words(layout), config.trainer().label()));
    }
  }

  private static boolean same(Topology topology, int ranks, int workers, int microBatch) {
    return topology.ranks() == ranks
        && topology.streams() == workers
        && topology.microBatch() == microBatch;
  }

  private static String packFor(String name, Topology topology, SequenceLayout layout) {
    return String.format(
        "the shards are %s, and this run reads them in another order: pack with the layout %s for"
            + " %d ranks, %d workers and micro-batch %d",
        words(layout), name, topology.ranks(), topology.streams(), topology.microBatch());
  }
}
