package io.gradus.jobs.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DocumentQuantilesTest {
  @Test
  void quantilesAreWithinACellOfTheSortedScores() {
    Random random = new Random(6);
    double[] scores = random.doubles(10_001, -3, 9).toArray();
    double[] quantiles = quantiles(scores, 0, 0.05, 0.5, 0.95, 1);
    Arrays.sort(scores);

    int[] places = {0, 500, 5000, 9500, 10_000};
    for (int i = 0; i < places.length; i++) {
      double exact = scores[places[i]];
      assertThat(quantiles[i]).isCloseTo(exact, within(Math.scalb(1 + Math.abs(exact), -13)));
    }
  }

  @Test
  void oneScoreIsEveryQuantile() {
    assertThat(quantiles(new double[] {0.3}, 0.05, 0.5, 0.95)).containsExactly(0.3, 0.3, 0.3);
  }

  @Test
  void tiesStayWhatTheyAre() {
    double[] scores = {1, 1, 1, 1, 5, 5, 5, 5, 5, 5};
    assertThat(quantiles(scores, 0.05, 0.25, 0.5, 0.95)).containsExactly(1, 1, 5, 5);
  }

  private static double[] quantiles(double[] scores, double... shares) {
    ScoreCells cells = new ScoreCells(SliceSummary.OVERALL_BITS, SliceSummary.OVERALL_LIMIT);
    for (double score : scores) {
      cells.add(0, score, 1);
    }
    return DocumentQuantiles.of(cells.sorted(), shares);
  }
}
