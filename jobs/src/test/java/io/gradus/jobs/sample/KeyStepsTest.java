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
import java.util.SplittableRandom;
import java.util.stream.IntStream;
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
      @ForAll @IntRange(min = 1, max = 5_000) int groups,
      @ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 2) long tokens,
      @ForAll long seed)
      throws Exception {
    KeySteps steps = KeySteps.of(new double[] {1, 2, 3, 4}, 4);
    StepCounts counts = new StepCounts(groups, steps.count());
    counts.add(counts.cell(groups - 1, steps.count() - 1), tokens);
    SplittableRandom random = new SplittableRandom(seed);
    long others = 0;
    for (int document = 0; document < groups; document++) {
      long few = random.nextLong(1L << random.nextInt(1, 40));
      counts.add(counts.cell(random.nextInt(groups), random.nextInt(steps.count())), few);
      others += few;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(counts);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(cells((StepCounts) in.readObject(), steps)).isEqualTo(cells(counts, steps));
    }
    assertThat(IntStream.range(0, groups).mapToLong(counts::tokens).sum())
        .isEqualTo(tokens + others);
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
