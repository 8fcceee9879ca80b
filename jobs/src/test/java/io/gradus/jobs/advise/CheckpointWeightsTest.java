package io.gradus.jobs.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CheckpointWeightsTest {
  @Test
  void exponentialWeightsOfSixCheckpointsAreThePublishedOnes() {
    double[] published = {.328, .082, .102, .128, .160, .200};
    assertThat(CheckpointWeights.exponential(6, 0.2)).containsExactly(published, within(5e-4));
  }

  @Test
  void theOtherReadingOfTheExponentialMeanGivesTheNewestFourFifths() {
    assertThat(CheckpointWeights.exponential(6, 0.8)[5]).isEqualTo(0.8);
  }

  @Test
  void risingWeightsAreTheirPlaceOverTheSumOfPlaces() {
    assertThat(CheckpointWeights.rising(4)).containsExactly(.1, .2, .3, .4);
  }

  @Property
  void anEqualMeanIsALinearDecay(@ForAll @IntRange(min = 1, max = 60) int count) {
    double[] decay = CheckpointWeights.asDecay(CheckpointWeights.equal(count));
    for (int i = 0; i < count; i++) {
      assertThat(decay[i]).isCloseTo(1 - (double) i / count, within(1e-12));
    }
  }

  @Property
  void weightsForADecayActAsThatDecay(
      @ForAll @Size(min = 1, max = 40) List<@DoubleRange(min = 0, max = 1) Double> falls) {
    double[] decay =
        falls.stream().sorted(Comparator.reverseOrder()).mapToDouble(Double::doubleValue).toArray();
    decay[0] = 1;
    double[] weights = CheckpointWeights.forDecay(decay);
    assertThat(CheckpointWeights.asDecay(weights)).containsExactly(decay, within(1e-12));
    assertThat(Arrays.stream(weights).sum()).isCloseTo(1, within(1e-12));
    assertThat(Arrays.stream(weights).min().orElseThrow()).isNotNegative();
  }

  @Property
  void everyMethodsWeightsSumToOne(
      @ForAll AverageMethod method,
      @ForAll @IntRange(min = 1, max = 60) int count,
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double alpha) {
    assertThat(Arrays.stream(CheckpointWeights.of(method, count, alpha)).sum())
        .isCloseTo(1, within(1e-12));
  }
}
