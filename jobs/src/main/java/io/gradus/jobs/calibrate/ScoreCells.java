package io.gradus.jobs.calibrate;

import io.gradus.common.selection.KeyCells;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Tokens, documents, least and greatest score by group and {@link KeyCells cell} of the score: the
 * same for any order in which scores are added and counts merged.
 *
 * <p>Only cells with a document take memory. While more than a limit are occupied, all of them are
 * joined in pairs, which takes a bit off the cells, down to {@value #LEAST_BITS}; from there on
 * their number just grows.
 */
final class ScoreCells {
  static final int LEAST_BITS = 4;

  // An entry is a run of longs, so that one row touches one place of memory.
  private static final int KEY = 0;
  private static final int TOKENS = 1;
  private static final int DOCUMENTS = 2;
  private static final int LEAST = 3;
  private static final int GREATEST = 4;
  private static final int ENTRY = 5;

  /** At most so many bytes are written for a cell. */
  private static final int WRITTEN = 5 + 10 + 10 + 2 * Double.BYTES;

  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private final int limit;
  private int bits;
  private int capacityBits = 10;
  private long[] entries = new long[ENTRY << capacityBits];
  private int occupied;

  /**
   * No scores yet.
   *
   * @param bits mantissa bits of the cells at first
   * @param limit how many cells may be occupied before they are joined
   */
  ScoreCells(int bits, int limit) {
    this.bits = bits;
    this.limit = limit;
  }

  /** Adds a document that has a finite score. */
  void add(int group, double score, long tokens) {
    // No -0.0: whether it or 0.0 is the least would depend on the order.
    double value = score + 0.0;
    add(key(group, KeyCells.cell(value, bits)), tokens, 1, value, value);
  }

  private void add(long key, long tokens, long documents, double least, double greatest) {
    count(key, tokens, documents, least, greatest);
    while (occupied > limit && bits > LEAST_BITS) {
      rebuild(bits - 1);
    }
    if (2 * occupied > 1 << capacityBits) {
      capacityBits++;
      rebuild(bits);
    }
  }

  private void count(long key, long tokens, long documents, double least, double greatest) {
    int at = place(key);
    if (entries[at + DOCUMENTS] == 0) {
      entries[at + KEY] = key;
      entries[at + LEAST] = Double.doubleToRawLongBits(least);
      entries[at + GREATEST] = Double.doubleToRawLongBits(greatest);
      occupied++;
    } else {
      if (least < Double.longBitsToDouble(entries[at + LEAST])) {
        entries[at + LEAST] = Double.doubleToRawLongBits(least);
      }
      if (greatest > Double.longBitsToDouble(entries[at + GREATEST])) {
        entries[at + GREATEST] = Double.doubleToRawLongBits(greatest);
      }
    }
    entries[at + TOKENS] += tokens;
    entries[at + DOCUMENTS] += documents;
  }

  /** Ascending keys are ascending groups and, in each, ascending cells. */
  private static long key(int group, int cell) {
    return ((long) group << Integer.SIZE) | Integer.toUnsignedLong(cell ^ Integer.MIN_VALUE);
  }

  private static int group(long key) {
    return (int) (key >>> Integer.SIZE);
  }

  private static int cell(long key) {
    return (int) key ^ Integer.MIN_VALUE;
  }

  /** Where the key's entry is, or the free place where it belongs. */
  private int place(long key) {
    int mask = (1 << capacityBits) - 1;
    int slot = (int) ((key * SPREAD) >>> (Long.SIZE - capacityBits));
    while (true) {
      int at = slot * ENTRY;
      if (entries[at + DOCUMENTS] == 0 || entries[at + KEY] == key) {
        return at;
      }
      slot = (slot + 1) & mask;
    }
  }

  private void rebuild(int newBits) {
    long[] old = entries;
    int shift = bits - newBits;
    bits = newBits;
    entries = new long[ENTRY << capacityBits];
    occupied = 0;
    for (int at = 0; at < old.length; at += ENTRY) {
      if (old[at + DOCUMENTS] > 0) {
        count(
            key(group(old[at + KEY]), cell(old[at + KEY]) >> shift),
            old[at + TOKENS],
            old[at + DOCUMENTS],
            Double.longBitsToDouble(old[at + LEAST]),
            Double.longBitsToDouble(old[at + GREATEST]));
      }
    }
  }

  /** The occupied cells of all groups, ascending; adding may change them. */
  Sorted sorted() {
    long[] keys = new long[occupied];
    int next = 0;
    for (int at = 0; at < entries.length; at += ENTRY) {
      if (entries[at + DOCUMENTS] > 0) {
        keys[next++] = entries[at + KEY];
      }
    }
    Arrays.sort(keys);
    return new Sorted(keys);
  }

  /** A view of the cells in ascending order of group and score. */
  final class Sorted {
    private final long[] keys;

    private Sorted(long[] keys) {
      this.keys = keys;
    }

    int size() {
      return keys.length;
    }

    long tokens(int index) {
      return entries[place(keys[index]) + TOKENS];
    }

    long documents(int index) {
      return entries[place(keys[index]) + DOCUMENTS];
    }

    double least(int index) {
      return Double.longBitsToDouble(entries[place(keys[index]) + LEAST]);
    }

    double greatest(int index) {
      return Double.longBitsToDouble(entries[place(keys[index]) + GREATEST]);
    }

    /** One group's cells as {@link ScoreCells#merge} reads them. */
    byte[] toBytes(int group) {
      int from = first(group);
      int to = first(group + 1);
      ByteBuffer out = ByteBuffer.allocate(2 + WRITTEN * (to - from));
      out.put((byte) bits);
      int last = 0;
      for (int i = from; i < to; i++) {
        int at = place(keys[i]);
        int cell = cell(keys[i]);
        writeShort(out, Integer.toUnsignedLong(cell - last));
        writeShort(out, entries[at + TOKENS]);
        // Whether the least score is also the greatest.
        boolean single = entries[at + LEAST] == entries[at + GREATEST];
        writeShort(out, 2 * entries[at + DOCUMENTS] + (single ? 1 : 0));
        out.putLong(entries[at + LEAST]);
        if (!single) {
          out.putLong(entries[at + GREATEST]);
        }
        last = cell;
      }
      return Arrays.copyOf(out.array(), out.position());
    }

    private int first(int group) {
      int found = Arrays.binarySearch(keys, (long) group << Integer.SIZE);
      return found >= 0 ? found : -1 - found;
    }
  }

  /** Adds cells that were written by {@link Sorted#toBytes} to a group. */
  void merge(int group, byte[] written) {
    ByteBuffer in = ByteBuffer.wrap(written);
    int writtenBits = in.get();
    if (writtenBits < bits) {
      rebuild(writtenBits);
    }
    int cell = 0;
    while (in.hasRemaining()) {
      cell += (int) readShort(in);
      long tokens = readShort(in);
      long documents = readShort(in);
      double least = in.getDouble();
      double greatest = (documents & 1) == 1 ? least : in.getDouble();
      // Adding may take a bit off the cells.
      add(key(group, cell >> (writtenBits - bits)), tokens, documents >>> 1, least, greatest);
    }
  }

  /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
  private static void writeShort(ByteBuffer out, long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      out.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  private static long readShort(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
