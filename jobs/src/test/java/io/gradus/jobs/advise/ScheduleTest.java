package io.gradus.jobs.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gradus.jobs.advise.Schedule.Shape;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final Schedule DECAYING =
      new Schedule(Shape.MINUS_SQRT, 3e-3, 1e-3, 100_000, 1_000, 80_000, 100_000);

  @Test
  void theMeanOfAOneMinusSqrtDecayIsTheFinalRateAndAThirdOfTheFall() {
    double mean =
        LongStream.rangeClosed(80_001, 100_000).mapToDouble(DECAYING::rate).average().orElseThrow();
    assertThat(mean).isCloseTo(1e-3 + (3e-3 - 1e-3) / 3, within(1e-7));
  }

  @Test
  void theRateRisesToThePeakStaysAndEndsAtTheFinalRate() {
    assertThat(DECAYING.rate(500)).isEqualTo(1.5e-3);
    assertThat(DECAYING.rate(1_000)).isEqualTo(3e-3);
    assertThat(DECAYING.rate(80_000)).isEqualTo(3e-3);
    assertThat(DECAYING.rate(85_000)).isCloseTo(2e-3, within(1e-12));
    assertThat(DECAYING.rate(100_000)).isEqualTo(1e-3);
  }

  @Test
  void anEqualMeanOverAConstantRateCountsTheLastIntervalOnce() {
    Averaging averaging = Averaging.last(AverageMethod.SMA, 0.2, 4, 1_000, 100);
    assertThat(averaging.checkpoints()).isEqualTo(List.of(700L, 800L, 900L, 1_000L));
    assertThat(averaging.share(700)).isEqualTo(1);
    assertThat(averaging.share(701)).isEqualTo(0.75);
    assertThat(averaging.share(1_000)).isEqualTo(0.25);
  }
}
