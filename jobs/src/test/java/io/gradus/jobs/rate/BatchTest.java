package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BatchTest {
  private static final RatedDocument DOCUMENT = new RatedDocument(new byte[16], "s", 1, "text");

  private static List<DocumentWork.Piece> pieces(List<Integer> lengths) {
    List<DocumentWork.Piece> pieces = new ArrayList<>();
    for (int length : lengths) {
      pieces.addAll(
          new DocumentWork(DOCUMENT, new long[length], List.of(new Chunk(0, length))).pieces());
    }
    return pieces;
  }

  @Property
  void everyChunkIsInOneBatchOfItsLengthWithinTheBudget(
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 62) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 300) int batchTokens,
      @ForAll @IntRange(min = 1, max = 16) int step) {
    Batch.Rule rule = new Batch.Rule(2, 64, step, batchTokens);
    List<DocumentWork.Piece> pieces = pieces(lengths);
    List<Batch> batches = Batch.of(pieces, rule);

    assertThat(batches.stream().flatMap(batch -> batch.pieces().stream()))
        .containsExactlyInAnyOrderElementsOf(pieces);
    for (Batch batch : batches) {
      assertThat(batch.rows() == 1 || batch.size() <= batchTokens).isTrue();
      assertThat(batch.size()).isLessThanOrEqualTo(rule.largest());
      for (DocumentWork.Piece piece : batch.pieces()) {
        int exact = piece.chunk().length() + 2;
        assertThat(batch.positions()).isBetween(exact, Math.min(64, exact + step - 1));
      }
    }
  }

  @Property
  void halvesHoldTheSameRowsInOrder(@ForAll @IntRange(min = 2, max = 50) int rows) {
    Batch batch = new Batch(pieces(java.util.Collections.nCopies(rows, 3)), 5);
    List<Batch> halves = batch.halves();
    assertThat(halves).hasSize(2).allMatch(half -> half.rows() >= 1 && half.positions() == 5);
    assertThat(halves.stream().flatMap(half -> half.pieces().stream()).toList())
        .isEqualTo(batch.pieces());
  }

  @Test
  void longRowsComeFirst() {
    List<Batch> batches = Batch.of(pieces(List.of(1, 9, 3, 9, 1)), new Batch.Rule(0, 10, 1, 100));
    assertThat(batches).map(Batch::positions).containsExactly(9, 3, 1);
    assertThat(batches).map(Batch::rows).containsExactly(2, 1, 2);
  }
}
