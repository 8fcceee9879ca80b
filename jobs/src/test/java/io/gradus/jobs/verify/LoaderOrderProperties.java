package io.gradus.jobs.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.SequenceLayout.RankBlocks;
import io.gradus.common.table.SequenceLayout.Sorted;
import io.gradus.common.table.SequenceLayout.Strided;
import io.gradus.common.table.SequenceLayout.StridedShards;
import io.gradus.jobs.verify.DistributedSamplerOrder.Remainder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** That the simulations are those of the real loaders, LoaderOrderIT shows. */
class LoaderOrderProperties {

  @Property(tries = 200)
  void sortedShardsAreReadInOrderUpToTheLastWholeStep(
      @ForAll("topologies") Topology topology, @ForAll @IntRange(min = 8, max = 400) int samples) {
    SequenceLayout layout = new Sorted(samples, 7);
    long whole = samples / topology.stepSequences();
    for (LoaderOrder loader :
        List.of(
            new MosaicStreamingOrder(topology, samples, 1),
            new MegatronOrder(topology, samples),
            new OlmoCoreOrder(topology, samples),
            new DistributedSamplerOrder(topology, samples, Remainder.DROP),
            new DistributedSamplerOrder(topology, samples, Remainder.WRAP))) {
      SimulatedRun run = run(loader, topology, layout);
      for (long step = 0; step < whole; step++) {
        assertThat(sequencesOf(run, step)).isEqualTo(ofStep(topology, step));
      }
    }
  }

  @Property(tries = 200)
  void stridedShardsOfCanonicalNodesAreReadInOrder(
      @ForAll("topologies") Topology topology,
      @ForAll @IntRange(min = 1, max = 3) int multiple,
      @ForAll @IntRange(min = 10, max = 400) int sequences) {
    Strided layout = new Strided(sequences, topology.nodes() * multiple, 7);
    SimulatedRun run =
        run(
            new MosaicStreamingOrder(topology, layout.total(), layout.canonicalNodes()),
            topology,
            layout);
    for (long step = 0; step < sequences / topology.stepSequences(); step++) {
      assertThat(sequencesOf(run, step)).isEqualTo(ofStep(topology, step));
    }
  }

  @Property(tries = 200)
  void stridedShardsAreReadInOrderByStreamingDatasets(
      @ForAll("topologies") Topology topology,
      @ForAll @IntRange(min = 1, max = 400) int sequences,
      @ForAll @IntRange(min = 1, max = 4) int shardBatches) {
    SequenceLayout layout =
        new StridedShards(
            sequences, topology.ranks(), topology.streams(), topology.microBatch(), shardBatches);
    assertReadInOrder(new HfStreamingOrder(topology, rows(layout)), topology, layout);
  }

  @Property(tries = 200)
  void rankBlocksAreReadInOrderByLitData(
      @ForAll("topologies") Topology topology,
      @ForAll @IntRange(min = 1, max = 400) int sequences,
      @ForAll @IntRange(min = 1, max = 4) int shardBatches) {
    SequenceLayout layout =
        new RankBlocks(
            sequences, topology.ranks(), topology.streams(), topology.microBatch(), shardBatches);
    assertReadInOrder(
        new LitDataOrder(topology, layout.total(), LitDataOrder.Remainder.DROP), topology, layout);
  }

  @Property(tries = 200)
  void noLoaderGivesASampleThatIsNotThere(
      @ForAll("topologies") Topology topology, @ForAll @IntRange(min = 8, max = 100) int samples) {
    for (LoaderOrder loader :
        List.of(
            new MosaicStreamingOrder(topology, samples, 1),
            new MosaicStreamingOrder(topology, samples, topology.nodes()),
            new MosaicStreamingOrder(topology, samples, 2 * topology.nodes()),
            new MegatronOrder(topology, samples),
            new OlmoCoreOrder(topology, samples),
            new DistributedSamplerOrder(topology, samples, Remainder.DROP),
            new DistributedSamplerOrder(topology, samples, Remainder.WRAP),
            new ContiguousPartsOrder(topology, samples),
            new HfStreamingOrder(topology, new long[] {samples / 2, samples - samples / 2}),
            new LitDataOrder(topology, samples, LitDataOrder.Remainder.DROP),
            new LitDataOrder(topology, samples, LitDataOrder.Remainder.LAST_RANK))) {
      for (int rank = 0; rank < topology.ranks(); rank++) {
        for (long batch = 0; batch < loader.batches(rank); batch++) {
          assertThat(loader.batch(rank, batch)).isNotEmpty();
          assertThat(LongStream.of(loader.batch(rank, batch)).boxed())
              .allMatch(sample -> sample >= 0 && sample < samples);
          assertThat(loader.worker(rank, batch)).isBetween(0, topology.streams() - 1);
        }
      }
    }
  }

  @Example
  void canonicalNodesAreReadSideBySide() {
    LoaderOrder loader = new MosaicStreamingOrder(new Topology(2, 2, 0, 2, 1), 16, 2);

    assertThat(loader.batch(0, 0)).containsExactly(0, 2);
    assertThat(loader.batch(1, 0)).containsExactly(1, 3);
    assertThat(loader.batch(2, 0)).containsExactly(8, 10);
    assertThat(loader.batch(3, 1)).containsExactly(13, 15);
  }

  @Example
  void tooFewSamplesToFillNodesUpAreRefusedAsTheLibraryRefusesThem() {
    assertThatThrownBy(() -> new MosaicStreamingOrder(new Topology(4, 1, 0, 1, 1), 5, 1))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "--nodes: 4 is too many for 5 samples: with num_canonical_nodes = 1,"
                + " mosaicml-streaming cannot fill the nodes up and fails. Take fewer nodes, or as"
                + " many canonical nodes.");
  }

  @Example
  void whatDoesNotDivideIsDroppedWrappedOrRepeated() {
    Topology topology = new Topology(1, 4, 0, 2, 1);

    assertThat(new MegatronOrder(topology, 15).batches(0)).isEqualTo(1);
    assertThat(new OlmoCoreOrder(topology, 15).batches(0)).isEqualTo(1);
    assertThat(new DistributedSamplerOrder(topology, 15, Remainder.DROP).batches(0)).isEqualTo(1);
    assertThat(new DistributedSamplerOrder(topology, 15, Remainder.WRAP).batch(3, 1))
        .containsExactly(11, 0);
    // Streaming repeats what was read shortly before.
    assertThat(new MosaicStreamingOrder(topology, 15, 1).batch(3, 1)).containsExactly(11, 11);
  }

  @Example
  void workersWithoutFurtherBatchesAreLeftOut() {
    WorkerRounds rounds = new WorkerRounds(new long[] {3, 1, 0, 2});

    assertThat(IntStream.range(0, 6).mapToObj(batch -> rounds.turn(batch).worker()))
        .containsExactly(0, 1, 3, 0, 3, 0);
    assertThat(IntStream.range(0, 6).mapToObj(batch -> rounds.turn(batch).index()))
        .containsExactly(0L, 0L, 0L, 1L, 1L, 2L);
    assertThatThrownBy(() -> rounds.turn(6))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("batch 6 of 6");
  }

  /** Each micro-batch of all ranks holds the next sequences, and padding comes last. */
  private static void assertReadInOrder(
      LoaderOrder loader, Topology topology, SequenceLayout layout) {
    SimulatedRun run = run(loader, topology, layout);
    List<Long> read = new ArrayList<>();
    for (long step = 0; step < run.steps(); step++) {
      read.addAll(sequencesOf(run, step));
    }
    assertThat(read.stream().filter(sequence -> sequence < layout.sequences()))
        .containsExactlyElementsOf(LongStream.range(0, layout.sequences()).boxed().toList());
    Findings.Summary summary = new StepRange(0, run.steps()).check(run, -1);
    assertThat(summary.wrong()).isEmpty();
    assertThat(summary.checked().get(Check.INVERSIONS)).isEqualTo(layout.sequences());
  }

  private static SimulatedRun run(LoaderOrder loader, Topology topology, SequenceLayout layout) {
    int[] shards = IntStream.range(0, layout.shards()).toArray();
    return new SimulatedRun(loader, topology, layout, shards, rows(layout), 0);
  }

  private static long[] rows(SequenceLayout layout) {
    return IntStream.range(0, layout.shards()).mapToLong(layout::rows).toArray();
  }

  private static List<Long> sequencesOf(SimulatedRun run, long step) {
    List<Long> sequences = new ArrayList<>();
    for (int rank = 0; rank < run.topology().ranks(); rank++) {
      for (long batch = run.firstBatch(step); batch < run.endBatch(rank, step); batch++) {
        LongStream.of(run.sequences(rank, batch)).forEach(sequences::add);
      }
    }
    sequences.sort(null);
    return sequences;
  }

  private static List<Long> ofStep(Topology topology, long step) {
    long first = step * topology.stepSequences();
    return LongStream.range(first, first + topology.stepSequences()).boxed().toList();
  }

  @Provide
  Arbitrary<Topology> topologies() {
    Arbitrary<Integer> few = Arbitraries.integers().between(1, 3);
    return Combinators.combine(few, few, Arbitraries.integers().between(0, 3), few, few)
        .as(Topology::new);
  }
}
