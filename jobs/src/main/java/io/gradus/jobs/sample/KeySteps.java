package io.gradus.jobs.sample;

import io.gradus.common.configuration.Range;
import io.gradus.common.selection.CutoffSearch;
import io.gradus.common.selection.KeyLadder;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Steps of the number line that hold about equal shares of a sample of keys; together they hold all
 * numbers. A budget is crossed in one step, and the fewer documents a step holds, the fewer are to
 * be looked at: which keys the sample has matters to the speed, never to the selection.
 *
 * @param ladder narrow places, of which steps are made
 * @param stepOfPlace by place
 * @param firstPlace by step, and at last the number of places
 */
@SuppressWarnings("ArrayRecordComponent") // used and never compared
record KeySteps(KeyLadder ladder, int[] stepOfPlace, int[] firstPlace)
    implements CutoffSearch.Borders, Serializable {
  private static final int MOST_PLACES = 1 << 16;

  /** At most so many steps, from a sample of keys that are not NaN. */
  static KeySteps of(double[] sample, int most) {
    double least = Arrays.stream(sample).min().orElse(0);
    double greatest = Arrays.stream(sample).max().orElse(0);
    KeyLadder ladder = KeyLadder.over(new Range(least, greatest), MOST_PLACES);
    int[] counts = new int[ladder.count()];
    for (double key : sample) {
      counts[ladder.of(key)]++;
    }
    int[] stepOfPlace = new int[ladder.count()];
    int[] firstPlace = new int[Math.min(most, ladder.count()) + 1];
    int steps = 1;
    long inStep = 0;
    for (int place = 0; place < counts.length; place++) {
      if (inStep > 0 && inStep * most >= sample.length && steps < most) {
        firstPlace[steps++] = place;
        inStep = 0;
      }
      stepOfPlace[place] = steps - 1;
      inStep += counts[place];
    }
    firstPlace[steps] = counts.length;
    return new KeySteps(ladder, stepOfPlace, Arrays.copyOf(firstPlace, steps + 1));
  }

  int count() {
    return firstPlace.length - 1;
  }

  /** Near the middle, steps are about as wide as cells of keys with so many bits. */
  int bits() {
    return Math.max(0, Integer.SIZE - 2 - Integer.numberOfLeadingZeros(count()));
  }

  /** The step of a number that is not NaN, from 0 for the lowest. */
  int of(double key) {
    return stepOfPlace[ladder.of(key)];
  }

  @Override
  public long leastImage(int step) {
    return ladder.leastImage(firstPlace[step]);
  }

  @Override
  public long greatestImage(int step) {
    return ladder.greatestImage(firstPlace[step + 1] - 1);
  }
}
