package io.gradus.common.selection;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class SelectionKeyTest {
  @Property
  void imagesAreOrderedLikeKeys(@ForAll double left, @ForAll double right) {
    assertThat(Integer.signum(Long.compare(SelectionKey.image(left), SelectionKey.image(right))))
        .isEqualTo(Integer.signum(Double.compare(left + 0.0, right + 0.0)));
    assertThat(SelectionKey.ofImage(SelectionKey.image(left))).isEqualTo(left + 0.0);
  }

  @Test
  void theImagesOfInfinitiesAreTheOutermost() {
    assertThat(SelectionKey.image(Double.POSITIVE_INFINITY))
        .isGreaterThan(SelectionKey.image(Double.MAX_VALUE))
        .isLessThan(Long.MAX_VALUE);
    assertThat(SelectionKey.image(Double.NEGATIVE_INFINITY))
        .isLessThan(SelectionKey.image(-Double.MAX_VALUE));
  }

  @Test
  void temperatureZeroIsTheScoreAndInfinityTheNoise() {
    assertThat(new SelectionKey(0).of(3.5, 1.25)).isEqualTo(3.5);
    assertThat(new SelectionKey(Double.POSITIVE_INFINITY).of(3.5, 1.25)).isEqualTo(1.25);
    assertThat(new SelectionKey(2).of(3.5, 1.25)).isEqualTo(3.0);
  }

  @Property
  void keysAreNumbersWhateverTheTemperature(
      @ForAll double score,
      @ForAll @DoubleRange(min = -5, max = 40) double gumbel,
      @ForAll @DoubleRange(min = 0) double temperature) {
    assertThat(new SelectionKey(temperature).of(score, gumbel)).isNotNaN();
  }

  @Test
  void noiseDoesNotDecideAmongScoresThatTheTemperatureMakesInfinite() {
    SelectionKey key = new SelectionKey(1e-9);
    assertThat(key.of(1e300, -3)).isInfinite().isPositive();
    assertThat(key.inclusion(1e300, key.of(1e300, 2))).isEqualTo(1);
    assertThat(key.inclusion(-1e300, key.of(-1e300, 2))).isEqualTo(1);
  }

  @Property
  void inclusionIsAProbabilityThatFallsWithTheCutoff(
      @ForAll @DoubleRange(min = -10, max = 10) double score,
      @ForAll @DoubleRange(min = -10, max = 10) double cutoff) {
    SelectionKey key = new SelectionKey(2);
    assertThat(key.inclusion(score, cutoff))
        .isBetween(key.inclusion(score, cutoff + 1), 1.0)
        .isNotNegative();
  }
}
