package io.gradus.common.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.table.SequenceLayout.Place;
import io.gradus.common.table.SequenceLayout.RankBlocks;
import io.gradus.common.table.SequenceLayout.Sorted;
import io.gradus.common.table.SequenceLayout.Strided;
import io.gradus.common.table.SequenceLayout.StridedShards;
import io.gradus.common.workspace.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class SequenceLayoutProperties {

  @Property(tries = 500)
  void everySequenceHasOnePlaceAndEveryPlaceOneSequence(@ForAll("layouts") SequenceLayout layout) {
    List<Long> found = new ArrayList<>();
    for (int shard = 0; shard < layout.shards(); shard++) {
      assertThat(layout.rows(shard)).isPositive();
      for (long row = 0; row < layout.rows(shard); row++) {
        long sequence = layout.sequence(shard, row);
        assertThat(layout.place(sequence)).isEqualTo(new Place(shard, row));
        found.add(sequence);
      }
    }
    found.sort(null);
    assertThat(found).isEqualTo(LongStream.range(0, layout.total()).boxed().toList());
  }

  @Property(tries = 500)
  void sequencesAscendInEachShard(@ForAll("layouts") SequenceLayout layout) {
    for (int shard = 0; shard < layout.shards(); shard++) {
      for (long row = 1; row < layout.rows(shard); row++) {
        assertThat(layout.sequence(shard, row)).isGreaterThan(layout.sequence(shard, row - 1));
      }
    }
  }

  @Property(tries = 200)
  void aLayoutIsReadBackFromJson(@ForAll("layouts") SequenceLayout layout) {
    assertThat(Json.read(Json.write(layout), SequenceLayout.class)).isEqualTo(layout);
  }

  @Property(tries = 200)
  void paddingIsLessThanOneRoundOfTheReader(
      @ForAll @IntRange(min = 1, max = 300) int sequences,
      @ForAll @IntRange(min = 1, max = 5) int ranks,
      @ForAll @IntRange(min = 1, max = 4) int workers,
      @ForAll @IntRange(min = 1, max = 6) int microBatch) {
    assertThat(new Sorted(sequences, 7).paddingSequences()).isZero();
    assertThat(new Strided(sequences, ranks, 7).paddingSequences()).isBetween(0L, ranks - 1L);
    long round = (long) ranks * microBatch;
    assertThat(new StridedShards(sequences, ranks, workers, microBatch, 2).paddingSequences())
        .isEqualTo(new RankBlocks(sequences, ranks, workers, microBatch, 2).paddingSequences())
        .isBetween(0L, round - 1);
  }

  /** As {@code StreamingDataset} with C canonical nodes goes through the samples of all shards. */
  @Property(tries = 200)
  void stridedIsReadInOrderByStreaming(
      @ForAll @IntRange(min = 1, max = 300) int sequences,
      @ForAll @IntRange(min = 1, max = 6) int canonicalNodes,
      @ForAll @IntRange(min = 1, max = 40) int shardRows) {
    Strided layout = new Strided(sequences, canonicalNodes, shardRows);
    List<Long> samples = allRows(layout);

    for (long position = 0; position < layout.total(); position++) {
      long sample =
          position % canonicalNodes * (layout.total() / canonicalNodes) + position / canonicalNodes;
      assertThat(samples.get((int) sample)).isEqualTo(position);
    }
  }

  /**
   * As {@code split_dataset_by_node} deals shards to ranks ({@code shards[rank::ranks]}) and a
   * loader to its workers ({@code [worker::workers]}), and takes batches from workers in turn.
   */
  @Property(tries = 200)
  void stridedShardsAreReadInOrderByStreamingDatasets(
      @ForAll @IntRange(min = 1, max = 300) int sequences,
      @ForAll @IntRange(min = 1, max = 4) int ranks,
      @ForAll @IntRange(min = 1, max = 4) int workers,
      @ForAll @IntRange(min = 1, max = 4) int microBatch,
      @ForAll @IntRange(min = 1, max = 4) int shardBatches) {
    StridedShards layout = new StridedShards(sequences, ranks, workers, microBatch, shardBatches);
    assertThat(layout.shards() % ranks).isZero();
    List<List<List<Long>>> streams = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      List<List<Long>> ofRank = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        List<Long> ofWorker = new ArrayList<>();
        for (int shard = rank + ranks * worker; shard < layout.shards(); ) {
          ofWorker.addAll(rows(layout, shard));
          shard += ranks * workers;
        }
        ofRank.add(ofWorker);
      }
      streams.add(ofRank);
    }

    assertReadInOrder(layout, streams, microBatch);
  }

  /** As LitData gives each worker of each rank one range of as many batches as there are. */
  @Property(tries = 200)
  void rankBlocksAreReadInOrderByLitData(
      @ForAll @IntRange(min = 1, max = 300) int sequences,
      @ForAll @IntRange(min = 1, max = 4) int ranks,
      @ForAll @IntRange(min = 1, max = 4) int workers,
      @ForAll @IntRange(min = 1, max = 4) int microBatch,
      @ForAll @IntRange(min = 1, max = 4) int shardBatches) {
    RankBlocks layout = new RankBlocks(sequences, ranks, workers, microBatch, shardBatches);
    List<Long> items = allRows(layout);
    int batchesOfRank = items.size() / microBatch / ranks;
    List<List<List<Long>>> streams = new ArrayList<>();
    int next = 0;
    for (int rank = 0; rank < ranks; rank++) {
      List<List<Long>> ofRank = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        int batches = batchesOfRank / workers + (worker < batchesOfRank % workers ? 1 : 0);
        ofRank.add(items.subList(next, next + batches * microBatch));
        next += batches * microBatch;
      }
      streams.add(ofRank);
    }

    assertReadInOrder(layout, streams, microBatch);
  }

  @Example
  void namesInTheManifest() {
    assertThat(Json.tree(new StridedShards(10, 2, 3, 4, 5)).toString())
        .isEqualTo(
            "{\"layout\":\"strided-shards\",\"microBatch\":4,\"ranks\":2,\"sequences\":10,"
                + "\"shardBatches\":5,\"workers\":3}");
  }

  /** Takes a batch of every rank from its workers in turn, until all are read. */
  private static void assertReadInOrder(
      SequenceLayout layout, List<List<List<Long>>> streams, int microBatch) {
    List<Long> read = new ArrayList<>();
    for (int batch = 0; read.size() < layout.total(); batch++) {
      for (List<List<Long>> workers : streams) {
        List<Long> stream = workers.get(batch % workers.size());
        int from = batch / workers.size() * microBatch;
        read.addAll(stream.subList(from, from + microBatch));
      }
    }
    assertThat(read).isEqualTo(LongStream.range(0, layout.total()).boxed().toList());
  }

  private static List<Long> rows(SequenceLayout layout, int shard) {
    return LongStream.range(0, layout.rows(shard))
        .mapToObj(row -> layout.sequence(shard, row))
        .toList();
  }

  private static List<Long> allRows(SequenceLayout layout) {
    List<Long> rows = new ArrayList<>();
    for (int shard = 0; shard < layout.shards(); shard++) {
      rows.addAll(rows(layout, shard));
    }
    return rows;
  }

  @Provide
  Arbitrary<SequenceLayout> layouts() {
    Arbitrary<Integer> sequences = Arbitraries.integers().between(1, 400);
    Arbitrary<Integer> few = Arbitraries.integers().between(1, 5);
    Arbitrary<Integer> rows = Arbitraries.integers().between(1, 50);
    return Arbitraries.oneOf(
        Combinators.combine(sequences, rows).as(Sorted::new),
        Combinators.combine(sequences, few, rows).as(Strided::new),
        Combinators.combine(sequences, few, few, few, few).as(StridedShards::new),
        Combinators.combine(sequences, few, few, few, few).as(RankBlocks::new));
  }
}
