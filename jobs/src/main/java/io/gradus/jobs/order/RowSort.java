package io.gradus.jobs.order;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The total order of rows: by key, then by the document's chance, then by doc_id and repeat. A
 * radix sort on the 64 bits of the key, and one on those of the chance where keys are equal.
 */
final class RowSort {
  private static final int BITS = 16;
  private static final int DIGITS = 1 << BITS;

  /** Shorter runs are sorted by comparing. */
  private static final int SHORT = 1 << 14;

  private RowSort() {}

  /** The numbers of the rows in their order. */
  static int[] order(Rows rows, Chance chance) {
    int[] order = IntStream.range(0, rows.size).toArray();
    long[] keys = new long[rows.size];
    for (int row = 0; row < rows.size; row++) {
      keys[row] = image(rows.key[row]);
    }
    sort(order, keys, 0, rows.size);
    long[] ties = null;
    for (int from = 0; from < order.length; ) {
      int to = from + 1;
      while (to < order.length && keys[order[to]] == keys[order[from]]) {
        to++;
      }
      if (to - from > 1) {
        ties = ties == null ? chances(rows, chance) : ties;
        sort(order, ties, from, to);
        resolve(order, ties, from, to, rows);
      }
      from = to;
    }
    return order;
  }

  /** A number whose order is that of the keys; never used for NaN. */
  private static long image(double key) {
    long bits = Double.doubleToLongBits(key);
    return bits < 0 ? ~bits ^ Long.MIN_VALUE : bits;
  }

  private static long[] chances(Rows rows, Chance chance) {
    long[] chances = new long[rows.size];
    for (int row = 0; row < rows.size; row++) {
      chances[row] = chance.of(rows, row);
    }
    return chances;
  }

  /** Sorts what key and chance left equal, which are few rows at most. */
  private static void resolve(int[] order, long[] ties, int from, int to, Rows rows) {
    Comparator<Integer> byId =
        Comparator.<Integer>comparingLong(row -> rows.docIdHigh[row] ^ Long.MIN_VALUE)
            .thenComparingLong(row -> rows.docIdLow[row] ^ Long.MIN_VALUE)
            .thenComparingInt(row -> rows.repeat[row]);
    for (int first = from; first < to; ) {
      int last = first + 1;
      while (last < to && ties[order[last]] == ties[order[first]]) {
        last++;
      }
      if (last - first > 1) {
        Integer[] equal = Arrays.stream(order, first, last).boxed().toArray(Integer[]::new);
        Arrays.sort(equal, byId);
        for (int i = 0; i < equal.length; i++) {
          order[first + i] = equal[i];
        }
      }
      first = last;
    }
  }

  /** Sorts the numbers of rows from one place to another by their keys, as signed numbers. */
  private static void sort(int[] order, long[] keys, int from, int to) {
    if (to - from <= SHORT) {
      mergeSort(order, keys, from, to);
      return;
    }
    int[] source = order;
    int[] target = new int[order.length];
    for (int shift = 0; shift < Long.SIZE; shift += BITS) {
      int[] starts = new int[DIGITS + 1];
      for (int i = from; i < to; i++) {
        starts[digit(keys[source[i]], shift) + 1]++;
      }
      for (int digit = 0; digit < DIGITS; digit++) {
        starts[digit + 1] += starts[digit];
      }
      for (int i = from; i < to; i++) {
        target[from + starts[digit(keys[source[i]], shift)]++] = source[i];
      }
      int[] swap = source;
      source = target;
      target = swap;
    }
    // After an even number of digits the numbers are back where they were.
  }

  private static int digit(long key, int shift) {
    return (int) ((key ^ Long.MIN_VALUE) >>> shift) & (DIGITS - 1);
  }

  private static void mergeSort(int[] order, long[] keys, int from, int to) {
    int[] buffer = new int[to - from];
    for (int width = 1; width < to - from; width *= 2) {
      for (int low = from; low < to - width; low += 2 * width) {
        merge(order, keys, low, low + width, Math.min(to, low + 2 * width), buffer);
      }
    }
  }

  private static void merge(int[] order, long[] keys, int low, int middle, int high, int[] buffer) {
    if (keys[order[middle - 1]] <= keys[order[middle]]) {
      return;
    }
    int left = middle - low;
    System.arraycopy(order, low, buffer, 0, left);
    int right = middle;
    int out = low;
    for (int i = 0; i < left; ) {
      if (right == high || keys[buffer[i]] <= keys[order[right]]) {
        order[out++] = buffer[i++];
      } else {
        order[out++] = order[right++];
      }
    }
  }
}
