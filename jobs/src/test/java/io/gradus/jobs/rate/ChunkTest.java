package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ChunkTest {
  @Property
  void chunksCoverEveryTokenOnceInOrder(
      @ForAll @IntRange(min = 0, max = 5000) int tokens,
      @ForAll @IntRange(min = 1, max = 600) int size) {
    int next = 0;
    for (Chunk chunk : Chunk.cut(tokens, size, 1)) {
      assertThat(chunk.start()).isEqualTo(next);
      assertThat(chunk.length()).isBetween(1, size);
      next += chunk.length();
    }
    assertThat(next).isEqualTo(tokens);
  }

  @Property
  void onlyTheLastChunkIsShort(
      @ForAll @IntRange(min = 1, max = 5000) int tokens,
      @ForAll @IntRange(min = 1, max = 600) int size) {
    List<Chunk> chunks = Chunk.cut(tokens, size, 1);
    assertThat(chunks.subList(0, chunks.size() - 1)).allMatch(chunk -> chunk.length() == size);
  }

  @Test
  void aTailBelowTheMinimumIsLeftOutUnlessItIsAll() {
    assertThat(Chunk.cut(1030, 512, 16)).containsExactly(new Chunk(0, 512), new Chunk(512, 512));
    assertThat(Chunk.cut(1040, 512, 16)).endsWith(new Chunk(1024, 16));
    assertThat(Chunk.cut(6, 512, 16)).containsExactly(new Chunk(0, 6));
  }

  @Property
  void theWeightedMeanOfChunkMeansIsTheMeanOverTokens(
      @ForAll @Size(min = 1, max = 200) List<@IntRange(min = -1000, max = 1000) Integer> tokens,
      @ForAll @IntRange(min = 1, max = 50) int size) {
    List<Chunk> chunks = Chunk.cut(tokens.size(), size, 1);
    double[][] means =
        chunks.stream()
            .map(c -> tokens.subList(c.start(), c.start() + c.length()))
            .map(part -> new double[] {part.stream().mapToInt(t -> t).average().orElseThrow()})
            .toArray(double[][]::new);

    double expected = tokens.stream().mapToInt(t -> t).average().orElseThrow();
    assertThat(Chunk.weightedMean(chunks, means)).hasSize(1);
    assertThat(Chunk.weightedMean(chunks, means)[0]).isCloseTo(expected, within(1e-9));
  }

  @Test
  void aShortTailWeighsByItsTokens() {
    List<Chunk> chunks = List.of(new Chunk(0, 512), new Chunk(512, 128));
    double[][] scores = {{1, 10}, {6, 0}};
    assertThat(Chunk.weightedMean(chunks, scores)).containsExactly(2, 8);
  }
}
