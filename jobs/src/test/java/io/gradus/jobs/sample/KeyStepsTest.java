package io.gradus.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.selection.SelectionKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class KeyStepsTest {
  @Property(tries = 300)
  void everyNumberLiesBetweenTheBordersOfItsStep(
      @ForAll double[] sample,
      @ForAll double number,
      @ForAll @IntRange(min = 1, max = 50) int most) {
    KeySteps steps = KeySteps.of(sample, most);
    int step = steps.of(number);
    assertThat(steps.count()).isBetween(1, most);
    assertThat(SelectionKey.image(number))
        .isBetween(steps.leastImage(step), steps.greatestImage(step));
  }

  @Property(tries = 300)
  void stepsFollowOneAnotherWithoutAGap(
      @ForAll double[] sample, @ForAll @IntRange(min = 1, max = 50) int most) {
    KeySteps steps = KeySteps.of(sample, most);
    assertThat(steps.leastImage(0)).isEqualTo(SelectionKey.image(Double.NEGATIVE_INFINITY));
    for (int step = 1; step < steps.count(); step++) {
      double above = SelectionKey.ofImage(steps.leastImage(step));
      assertThat(Math.nextDown(above))
          .isEqualTo(SelectionKey.ofImage(steps.greatestImage(step - 1)));
    }
    assertThat(steps.greatestImage(steps.count() - 1))
        .isEqualTo(SelectionKey.image(Double.POSITIVE_INFINITY));
  }

  @Test
  void stepsHoldAboutEqualSharesOfWhatTheSampleIsDrawnFrom() {
    Random random = new Random(5);
    KeySteps steps = KeySteps.of(random.doubles(50_000).map(u -> -Math.log(u)).toArray(), 16);
    int[] counts = new int[steps.count()];
    random.doubles(50_000).map(u -> -Math.log(u)).forEach(key -> counts[steps.of(key)]++);
    assertThat(counts).hasSize(16);
    for (int count : counts) {
      assertThat(count).isBetween(2_500, 3_750);
    }
  }

  @Property(tries = 100)
  void countsTravelUnchanged(
      @ForAll @IntRange(min = 1, max = 20) int groups,
      @ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 2) long tokens)
      throws Exception {
    KeySteps steps = KeySteps.of(new double[] {1, 2, 3, 4}, 4);
    StepCounts counts = new StepCounts(groups, steps.count());
    counts.add(groups - 1, steps.count() - 1, tokens);
    counts.add(groups - 1, steps.count() - 1, 1);
    counts.add(0, 0, 127);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(counts);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(cells((StepCounts) in.readObject(), steps)).isEqualTo(cells(counts, steps));
    }
    assertThat(counts.tokens(groups - 1) + (groups == 1 ? 0 : counts.tokens(0)))
        .isEqualTo(tokens + 128);
  }

  private static List<List<Long>> cells(StepCounts counts, KeySteps steps) {
    List<List<Long>> cells = new ArrayList<>();
    counts.forEachDescending(
        steps,
        (group, step, borders, tokens, documents) ->
            cells.add(List.of((long) group, (long) step, tokens, documents)));
    return cells;
  }
}
