package io.gradus.jobs.order;

import java.io.Serializable;

/** Borders between ranges of rows in ascending order of key, then tie. */
final class RangeBorders implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double[] keys;
  private final long[] ties;

  /** Takes n ascending borders, which make n + 1 ranges. */
  RangeBorders(double[] keys, long[] ties) {
    this.keys = keys.clone();
    this.ties = ties.clone();
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
