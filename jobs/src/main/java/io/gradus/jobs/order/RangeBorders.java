package io.gradus.jobs.order;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/** Borders between ranges of rows in ascending order of key, then chance. */
final class RangeBorders implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double[] keys;
  private final long[] ties;

  /** Where a row lies. */
  record Point(double key, long tie) implements Serializable {}

  /** Takes n ascending borders, which make n + 1 ranges. */
  RangeBorders(double[] keys, long[] ties) {
    this.keys = keys.clone();
    this.ties = ties.clone();
  }

  /** Borders that divide a sample of points evenly, into as many ranges as it has points for. */
  static RangeBorders of(List<Point> sample, int ranges) {
    List<Point> sorted =
        sample.stream()
            .sorted(Comparator.comparingDouble(Point::key).thenComparingLong(Point::tie))
            .toList();
    int found = Math.min(ranges - 1, sorted.size());
    double[] keys = new double[found];
    long[] ties = new long[found];
    for (int border = 0; border < found; border++) {
      Point point = sorted.get((int) ((border + 1L) * sorted.size() / (found + 1)));
      keys[border] = point.key();
      ties[border] = point.tie();
    }
    return new RangeBorders(keys, ties);
  }

  int ranges() {
    return keys.length + 1;
  }

  /** The number of borders that are not above the row: 0 for the first range. */
  int rangeOf(double key, long tie) {
    int low = 0;
    int high = keys.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int byKey = Double.compare(keys[middle], key);
      if (byKey < 0 || (byKey == 0 && ties[middle] <= tie)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
