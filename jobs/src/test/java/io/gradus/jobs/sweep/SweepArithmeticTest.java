package io.gradus.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gradus.common.configuration.Range;
import io.gradus.common.selection.KeyLadder;
import io.gradus.common.selection.SelectionKey;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SweepArithmeticTest {

  @Property
  void everyNumberLiesBetweenTheImagesOfItsPlace(
      @ForAll @DoubleRange(min = -1e6, max = 1e6) double one,
      @ForAll @DoubleRange(min = -1e6, max = 1e6) double other,
      @ForAll double number,
      @ForAll @IntRange(min = 8, max = 4096) int most) {
    KeyLadder ladder = KeyLadder.over(new Range(Math.min(one, other), Math.max(one, other)), most);
    assertThat(ladder.count()).isBetween(1, most);
    int place = ladder.of(number);
    long image = SelectionKey.image(number);
    assertThat(image).isBetween(ladder.leastImage(place), ladder.greatestImage(place));
    if (place > 0) {
      // As numbers, since no key is a negative zero.
      assertThat(Math.nextUp(SelectionKey.ofImage(ladder.greatestImage(place - 1))) + 0.0)
          .isEqualTo(SelectionKey.ofImage(ladder.leastImage(place)));
    }
  }

  @Property
  void sumsInStepsAreExactToHalfAStep(
      @ForAll @Size(min = 1, max = 50) List<@DoubleRange(min = -1e3, max = 1e3) Double> numbers,
      @ForAll @LongRange(min = 1, max = 1_000_000) long tokens) {
    FixedPoint steps = FixedPoint.forSums(1e3, (double) tokens * numbers.size());
    long sum = 0;
    double exact = 0;
    for (double number : numbers) {
      sum = Math.addExact(sum, Math.multiplyExact(steps.of(number), tokens));
      exact += number * tokens;
    }
    double all = (double) tokens * numbers.size();
    assertThat(steps.value(sum) / all).isCloseTo(exact / all, within(steps.error() + 1e-9));
    assertThat(steps.error()).isLessThan(1e-3);
  }

  @Test
  void stepsFitNumbersOfAnySize() {
    for (double magnitude : new double[] {0, 1e-300, 1, 1e300, Double.MAX_VALUE}) {
      FixedPoint steps = FixedPoint.forSums(magnitude, 1e13);
      assertThat(Math.abs(steps.of(magnitude)) * 1e13).isLessThan(Long.MAX_VALUE);
    }
  }

  @Property
  void entropyIsThatOfEqualSharesAtMost(
      @ForAll @Size(min = 1, max = 20) List<@LongRange(min = 0, max = 1_000_000) Long> tokens) {
    long[] counts = counts(tokens);
    assertThat(Diversity.entropy(counts))
        .isBetween(0.0, Math.log(counts.length) / Math.log(2) + 1e-9);
  }

  @Property
  void divergenceIsSymmetricAndZeroForEqualShares(
      @ForAll @Size(5) List<@LongRange(min = 1, max = 1_000_000) Long> tokens,
      @ForAll @Size(5) List<@LongRange(min = 1, max = 1_000_000) Long> tokensOfOther) {
    long[] counts = counts(tokens);
    long[] others = counts(tokensOfOther);
    assertThat(Diversity.divergence(counts, others))
        .isBetween(0.0, 1.0)
        .isCloseTo(Diversity.divergence(others, counts), within(1e-9));
    assertThat(Diversity.divergence(counts, Arrays.stream(counts).map(x -> 3 * x).toArray()))
        .isCloseTo(0, within(1e-9));
  }

  @Test
  void whatHasNothingInCommonDivergesByOneBit() {
    assertThat(Diversity.divergence(new long[] {5, 0}, new long[] {0, 9})).isEqualTo(1);
    assertThat(Diversity.divergence(new long[] {0, 0}, new long[] {0, 9})).isZero();
    assertThat(Diversity.entropy(new long[] {0, 0})).isZero();
  }

  @Property
  void theEffectiveShareIsThatOfEquallyLikelyDocuments(
      @ForAll @IntRange(min = 1, max = 1000) int documents,
      @ForAll @DoubleRange(min = 0.01, max = 1) double share,
      @ForAll @DoubleRange(min = 1e-6, max = 1) @Scale(6) double copies) {
    int likely = Math.max(1, (int) (share * documents));
    SettingTotals totals = new SettingTotals(1, 0, 0, 0, 0);
    for (int i = 0; i < likely; i++) {
      totals.expect(0, copies);
    }
    Diversity.Effective effective =
        Diversity.effective(totals.moments(0, documents), documents, documents);
    assertThat(effective.share()).isCloseTo((double) likely / documents, within(1e-6));
    assertThat(effective.error()).isZero();
    assertThat(Diversity.certain(2L * likely, 4L * likely, documents).share())
        .isCloseTo((double) likely / documents, within(1e-12));
  }

  private static long[] counts(List<Long> tokens) {
    return tokens.stream().mapToLong(Long::longValue).toArray();
  }
}
