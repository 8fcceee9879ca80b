package io.gradus.jobs.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gradus.common.selection.PercentileTable;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PercentilePointsTest {
  private static final int DOCUMENTS = 20_000;

  @Test
  void normalScores() {
    Random random = new Random(1);
    assertThat(worstError(random::nextGaussian, 4096)).isLessThan(3e-4);
  }

  @Test
  void heavyTails() {
    Random random = new Random(2);
    assertThat(worstError(() -> Math.pow(random.nextDouble(), -3) - 5, 4096)).isLessThan(5e-4);
  }

  @Test
  void scoresOfTinyScaleHaveALargeErrorThatIsStated() {
    Random random = new Random(3);
    // All in one cell: nothing but the middle can be said.
    assertThat(worstError(() -> 1 + 1e-6 * random.nextDouble(), 4096)).isBetween(0.49, 0.5);
  }

  @Test
  void tiesAreExact() {
    Random random = new Random(4);
    assertThat(worstError(() -> random.nextInt(6), 4096)).isZero();
  }

  @Test
  void equalScoresAreAllInTheMiddle() {
    PercentilePoints points = points(new double[] {7.25, 7.25}, new int[] {3, 9}, 4096);
    assertThat(points.lowers()).containsExactly(7.25);
    assertThat(points.percentiles()).containsExactly(0.5);
    assertThat(points.rankError()).isZero();
    assertThat(points.tokens()).isEqualTo(12);
  }

  @Test
  void percentilesAreOfTokensNotOfDocuments() {
    PercentilePoints points = points(new double[] {1, 2, 3}, new int[] {10, 70, 20}, 4096);
    assertThat(points.lowers()).containsExactly(1, 2, 3);
    assertThat(points.percentiles()).containsExactly(0.05, 0.45, 0.9);
  }

  @Test
  void neighboursAreJoinedUpToTheirShare() {
    double[] scores = {1, 2, 3, 4, 5, 6};
    // A share is 25 tokens.
    PercentilePoints points = points(scores, new int[] {10, 10, 10, 40, 20, 10}, 4);
    assertThat(points.lowers()).containsExactly(1, 3, 4, 5, 6);
    assertThat(points.percentiles()).containsExactly(0.1, 0.25, 0.5, 0.8, 0.95);
    assertThat(points.rankError()).isCloseTo(0.1, within(1e-15));
  }

  @Test
  void documentsWithoutTokensHaveNoMassToRankBy() {
    PercentilePoints points = points(new double[] {1, 2}, new int[] {0, 0}, 16);
    assertThat(points.percentiles()).containsExactly(0.5);
    assertThat(points.rankError()).isZero();
  }

  @Test
  void noScoresMakeNoPoints() {
    PercentilePoints points = points(new double[0], new int[0], 16);
    assertThat(points.lowers()).isEmpty();
    assertThat(points.tokens()).isZero();
  }

  @Property(tries = 100)
  void theStatedErrorHoldsAndPointsAreFew(
      @ForAll @IntRange(min = 1, max = 500) int documents,
      @ForAll @IntRange(min = 16, max = 200) int limit,
      @ForAll @IntRange(min = 1, max = 5) int digits,
      @ForAll Random random) {
    double[] scores = new double[documents];
    int[] tokens = new int[documents];
    double scale = Math.pow(10, digits - 2.0);
    for (int i = 0; i < documents; i++) {
      scores[i] = Math.rint(scale * random.nextGaussian()) / scale;
      tokens[i] = 1 + random.nextInt(1000);
    }
    PercentilePoints points = points(scores, tokens, limit);

    assertThat(points.lowers().length).isLessThanOrEqualTo(2 * limit + 1);
    assertThat(points.lowers()).isSorted();
    assertThat(points.percentiles()).isSorted();
    assertThat(worstError(points, scores, tokens)).isLessThanOrEqualTo(points.rankError() + 1e-12);
  }

  /** The error that is found, after it was seen to be no larger than the one that is stated. */
  private static double worstError(DoubleSupplier distribution, int limit) {
    double[] scores = new double[DOCUMENTS];
    int[] tokens = new int[DOCUMENTS];
    Random random = new Random(5);
    for (int i = 0; i < DOCUMENTS; i++) {
      scores[i] = distribution.getAsDouble();
      tokens[i] = 1 + random.nextInt(2000);
    }
    PercentilePoints points = points(scores, tokens, limit);
    double worst = worstError(points, scores, tokens);
    assertThat(worst).isLessThanOrEqualTo(points.rankError() + 1e-12);
    return worst < 1e-12 ? 0 : worst;
  }

  private static PercentilePoints points(double[] scores, int[] tokens, int limit) {
    ScoreCells cells = new ScoreCells(SliceSummary.OVERALL_BITS, SliceSummary.OVERALL_LIMIT);
    for (int i = 0; i < scores.length; i++) {
      cells.add(0, scores[i], tokens[i]);
    }
    return PercentilePoints.of(cells.sorted(), limit);
  }

  private static double worstError(PercentilePoints points, double[] scores, int[] tokens) {
    PercentileTable table = PercentileTable.of(points.lowers(), points.percentiles());
    double[] exact = MidRanks.of(scores, tokens);
    double worst = 0;
    for (int i = 0; i < scores.length; i++) {
      worst = Math.max(worst, Math.abs(table.percentile(scores[i]) - exact[i]));
    }
    return worst;
  }

  @Test
  void midRanksAreWhatTheyShouldBe() {
    double[] ranks = MidRanks.of(new double[] {3, 1, 3, 2}, new int[] {1, 4, 3, 2});
    assertThat(Arrays.toString(ranks)).isEqualTo("[0.8, 0.2, 0.8, 0.5]");
  }
}
