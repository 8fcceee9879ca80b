package io.gradus.common.selection;

import io.gradus.common.configuration.Range;
import java.io.Serializable;

/**
 * A bounded number of {@link KeyCells} that covers all numbers: the first and the last one take
 * what lies beyond.
 *
 * @param bits of the cells
 * @param first the lowest of the cells
 * @param count how many there are
 */
public record KeyLadder(int bits, int first, int count)
    implements CutoffSearch.Borders, Serializable {
  private static final int FINEST = 12;

  /** The finest cells of which at most so many cover a range. */
  public static KeyLadder over(Range range, int most) {
    for (int bits = FINEST; bits > 0; bits--) {
      KeyLadder ladder = over(range, bits, Integer.MAX_VALUE);
      if (ladder.count <= most) {
        return ladder;
      }
    }
    return over(range, 0, most);
  }

  private static KeyLadder over(Range range, int bits, int most) {
    int first = KeyCells.cell(range.least(), bits);
    int count = Math.max(1, KeyCells.cell(range.most(), bits) - first + 1);
    return new KeyLadder(bits, first, Math.min(most, count));
  }

  /** The place of a number that is not NaN, from 0 for the lowest. */
  public int of(double number) {
    return Math.max(0, Math.min(count - 1, KeyCells.cell(number, bits) - first));
  }

  @Override
  public long leastImage(int place) {
    return SelectionKey.image(
        place == 0 ? Double.NEGATIVE_INFINITY : KeyCells.least(first + place, bits));
  }

  @Override
  public long greatestImage(int place) {
    return SelectionKey.image(
        place == count - 1 ? Double.POSITIVE_INFINITY : KeyCells.greatest(first + place, bits));
  }

  /** Between which numbers those of a place lie, when all lie between a minimum and a maximum. */
  public Range within(int place, double minimum, double maximum) {
    double least = place == 0 ? minimum : Math.max(minimum, KeyCells.least(first + place, bits));
    double most =
        place == count - 1 ? maximum : Math.min(maximum, KeyCells.greatest(first + place, bits));
    return new Range(Math.min(least, most), most);
  }
}
