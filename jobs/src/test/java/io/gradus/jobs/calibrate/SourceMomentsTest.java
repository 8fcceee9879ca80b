package io.gradus.jobs.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SourceMomentsTest {
  @Test
  void meansAndDeviationsAreThoseOfTheDefinition() {
    Random random = new Random(7);
    SourceMoments moments = new SourceMoments();
    double[] all = new double[100 * 4000];
    int[] sources = new int[4000];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = i % 2;
    }
    for (int batch = 0; batch < 100; batch++) {
      // Far from zero and narrow: what sums of squares would lose.
      double[] scores = random.doubles(4000).map(score -> 1e6 + score).toArray();
      System.arraycopy(scores, 0, all, 4000 * batch, 4000);
      moments.add(sources, scores, 4000, 2);
    }
    double mean = 1e6 + Arrays.stream(all).map(score -> score - 1e6).average().orElseThrow();
    double variance =
        Arrays.stream(all).map(score -> (score - mean) * (score - mean)).average().orElseThrow();

    assertThat(moments.overall().documents()).isEqualTo(400_000);
    assertThat(moments.of(1).documents()).isEqualTo(200_000);
    assertThat(moments.overall().mean()).isCloseTo(mean, within(1e-9));
    assertThat(moments.overall().standardDeviation()).isCloseTo(Math.sqrt(variance), within(1e-9));
  }

  @Test
  void equalScoresHaveThatMeanAndNoDeviation() {
    SourceMoments moments = new SourceMoments();
    double[] scores = new double[1000];
    Arrays.fill(scores, 0.1);
    for (int batch = 0; batch < 3; batch++) {
      moments.add(new int[1000], scores, 1000 - batch, 1);
    }
    assertThat(moments.overall().mean()).isEqualTo(0.1);
    assertThat(moments.overall().standardDeviation()).isZero();
  }

  @Test
  void missingScoresAreCountedAndNothingElse() {
    SourceMoments moments = new SourceMoments();
    double[] scores = {Double.NaN, 2, Double.NaN, Double.NaN};
    moments.add(new int[] {0, 0, 1, 1}, scores, 3, 3);

    assertThat(moments.of(0).documents()).isEqualTo(1);
    assertThat(moments.of(0).missing()).isEqualTo(1);
    assertThat(moments.of(0).mean()).isEqualTo(2);
    assertThat(moments.of(1).missing()).isEqualTo(1);
    assertThat(moments.of(1).standardDeviation()).isZero();
    assertThat(moments.of(2).missing()).isZero();
    assertThat(moments.overall().missing()).isEqualTo(2);
  }
}
