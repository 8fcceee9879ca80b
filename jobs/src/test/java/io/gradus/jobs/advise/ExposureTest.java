package io.gradus.jobs.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gradus.jobs.advise.Schedule.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class ExposureTest {
  private static final long STEPS = 10_000;
  private final QualityCurve ascending = new QualityCurve(Profiles.ascending(1_000_000));

  private Exposure of(QualityCurve quality, Schedule schedule) {
    return Exposure.of(quality, schedule::rate, STEPS, 1, schedule.peak(), 0.1);
  }

  private static Schedule decay(double last) {
    return new Schedule(Shape.MINUS_SQRT, 1, last, STEPS, 0, 9_000, STEPS);
  }

  @Test
  void aConstantRateFavoursNothing() {
    Schedule constant = new Schedule(Shape.CONSTANT, 1, 1, STEPS, 0, STEPS, STEPS);
    assertThat(of(ascending, constant).lambda()).isCloseTo(1, within(1e-12));
    assertThat(of(ascending, constant).bestShare()).isEqualTo(1);
  }

  @Test
  void aDecayToZeroLeavesTheBestTenthOneThirdOfThePeak() {
    assertThat(of(ascending, decay(0)).bestShare()).isCloseTo(1 / 3.0, within(1e-3));
  }

  @Property(tries = 50)
  void theLowerTheFinalRateTheLessTheGoodDataGetsInAscendingOrder(
      @ForAll @DoubleRange(min = 0, max = 0.98) double last) {
    assertThat(of(ascending, decay(last)).lambda())
        .isLessThan(of(ascending, decay(last + 0.01)).lambda())
        .isLessThan(1);
  }

  @Property(tries = 50)
  void theLowerTheFinalRateTheMoreTheGoodDataGetsInDescendingOrder(
      @ForAll @DoubleRange(min = 0, max = 0.98) double last) {
    QualityCurve descending = new QualityCurve(Profiles.descending(1_000_000));
    assertThat(of(descending, decay(last)).lambda())
        .isGreaterThan(of(descending, decay(last + 0.01)).lambda())
        .isGreaterThan(1);
  }
}
