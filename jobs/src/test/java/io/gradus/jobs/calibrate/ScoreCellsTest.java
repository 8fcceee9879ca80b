package io.gradus.jobs.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ScoreCellsTest {
  private static final int MANY = 1 << 20;

  @Property(tries = 200)
  void anyOrderAndAnyDivisionGivesTheSameCells(
      @ForAll @Size(min = 1, max = 300) List<@DoubleRange(min = -20, max = 20) Double> scores,
      @ForAll @IntRange(min = 1, max = 400) int limit,
      @ForAll Random random) {
    ScoreCells straight = new ScoreCells(10, limit);
    for (int i = 0; i < scores.size(); i++) {
      straight.add(0, scores.get(i), tokens(scores.get(i)));
    }
    List<Double> shuffled = new ArrayList<>(scores);
    Collections.shuffle(shuffled, random);
    ScoreCells left = new ScoreCells(10, limit);
    ScoreCells right = new ScoreCells(10, limit);
    shuffled.forEach(score -> (random.nextBoolean() ? left : right).add(0, score, tokens(score)));
    ScoreCells merged = new ScoreCells(10, limit);
    merged.merge(0, right.sorted().toBytes(0));
    merged.merge(0, left.sorted().toBytes(0));

    assertThat(merged.sorted().toBytes(0)).isEqualTo(straight.sorted().toBytes(0));
  }

  private static long tokens(double score) {
    return 1 + Math.abs(Double.hashCode(score) % 1000L) * 1_000_000L;
  }

  @Test
  void theSignOfZeroDoesNotDependOnTheOrder() {
    ScoreCells first = new ScoreCells(10, MANY);
    ScoreCells second = new ScoreCells(10, MANY);
    first.add(0, 0.0, 1);
    first.add(0, -0.0, 1);
    second.add(0, -0.0, 1);
    second.add(0, 0.0, 1);

    assertThat(first.sorted().toBytes(0)).isEqualTo(second.sorted().toBytes(0));
  }

  @Test
  void everyGroupHasItsOwnCellsInAscendingOrder() {
    ScoreCells cells = new ScoreCells(10, MANY);
    for (int group = 0; group < 5000; group++) {
      for (double score : new double[] {3, -2, 3, -1e-300, 0, 1e300}) {
        cells.add(group, score, group + 1L);
      }
    }
    ScoreCells one = new ScoreCells(10, MANY);
    one.merge(0, cells.sorted().toBytes(4711));
    ScoreCells.Sorted sorted = one.sorted();

    double[] least = new double[sorted.size()];
    Arrays.setAll(least, sorted::least);
    assertThat(least).containsExactly(-2, -1e-300, 0, 3, 1e300);
    assertThat(sorted.documents(3)).isEqualTo(2);
    assertThat(sorted.tokens(3)).isEqualTo(2 * 4712);
  }

  @Test
  void tooManyCellsAreJoinedInPairsAndNothingIsLost() {
    ScoreCells cells = new ScoreCells(13, 500);
    for (int i = 0; i < 10_000; i++) {
      cells.add(0, i / 1000.0 - 5, 3);
    }
    ScoreCells.Sorted sorted = cells.sorted();

    assertThat(sorted.size()).isBetween(250, 500);
    long documents = 0;
    long tokens = 0;
    for (int i = 0; i < sorted.size(); i++) {
      documents += sorted.documents(i);
      tokens += sorted.tokens(i);
      assertThat(sorted.greatest(i)).isGreaterThanOrEqualTo(sorted.least(i));
      assertThat(i == 0 || sorted.least(i) > sorted.greatest(i - 1)).isTrue();
    }
    assertThat(documents).isEqualTo(10_000);
    assertThat(tokens).isEqualTo(30_000);
  }

  @Test
  void belowFourBitsCellsAreNotJoined() {
    ScoreCells cells = new ScoreCells(10, 10);
    for (int i = 0; i < 1000; i++) {
      cells.add(0, i / 1000.0, 1);
    }
    assertThat(cells.sorted().size()).isEqualTo(16);
  }
}
