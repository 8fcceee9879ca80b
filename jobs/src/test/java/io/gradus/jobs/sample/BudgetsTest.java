package io.gradus.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class BudgetsTest {
  @Property
  void sharesAddUpToTheBudgetAndNeverExceedWhatThereIs(
      @ForAll @Size(min = 1, max = 20)
          Map<@StringLength(max = 5) String, @LongRange(min = 0, max = 1L << 50) Long> available,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    long total = available.values().stream().mapToLong(Long::longValue).sum();
    long budget = (long) (total * share);
    Map<String, Long> budgets = Budgets.proportional(budget, available);
    assertThat(budgets.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(budget);
    budgets.forEach((group, tokens) -> assertThat(tokens).isBetween(0L, available.get(group)));
  }

  @Test
  void theLargestRemainderGetsTheOddToken() {
    assertThat(Budgets.proportional(10, Map.of("a", 1L, "b", 1L, "c", 1L)))
        .isEqualTo(new TreeMap<>(Map.of("a", 4L, "b", 3L, "c", 3L)));
  }
}
