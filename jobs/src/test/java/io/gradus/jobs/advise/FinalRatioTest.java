package io.gradus.jobs.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FinalRatioTest {
  private static final long SIZE = 1_500_000_000L;
  private final Evidence evidence = Evidence.load();

  @ParameterizedTest
  @CsvSource({
    "30000000000, 0.3333, published",
    "300000000000, 0.2, published (uncertain knot)",
    "1400000000000, 0.04, published"
  })
  void publishedPointsAreMet(long tokens, double ratio, String basis) {
    FinalRatio found = FinalRatio.ascending(evidence, SIZE, tokens);
    assertThat(found.ratio()).isCloseTo(ratio, within(1e-4));
    assertThat(found.basis()).isEqualTo(basis);
  }

  @Property(tries = 200)
  void theRatioFallsWithScaleAndStaysBetweenThePublishedOnes(
      @ForAll @LongRange(min = 1, max = 100_000_000_000_000L) long tokens) {
    double here = FinalRatio.ascending(evidence, SIZE, tokens).ratio();
    double later = FinalRatio.ascending(evidence, SIZE, 2 * tokens).ratio();
    assertThat(here).isBetween(0.04, 0.33333334);
    assertThat(later).isLessThanOrEqualTo(here);
  }

  @ParameterizedTest
  @CsvSource({
    "1500000000, 100000000000, interpolated (uncertain knot)",
    "1500000000, 900000000000, interpolated (uncertain knot)",
    "70000000000, 100000000000, extrapolated (uncertain knot)",
    "1500000000, 25000000000, published",
    "1500000000, 500000, extrapolated",
    "1500000000, 15000000000000, extrapolated",
    "70000000000, 30000000000, extrapolated"
  })
  void theBasisSaysWhetherTheScopeIsLeftAndAPointIsUncertain(
      long parameters, long tokens, String basis) {
    assertThat(FinalRatio.ascending(evidence, parameters, tokens).basis()).isEqualTo(basis);
  }
}
