package io.gradus.common.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.array.ByteArrayMethods;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Numbers for the names of sources, in the order in which they were first met. A scan asks for
 * every row, so that ten thousand names lie side by side, where a map of objects would miss the
 * processor's caches several times a row.
 */
public final class SourceIndex {
  private static final int FIRST_CAPACITY = 1 << 6;
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private final List<String> names = new ArrayList<>();

  /** Open addressing: a source's number and 1, or 0 where a place is free. */
  private int[] places = new int[FIRST_CAPACITY];

  private long[] hashes = new long[FIRST_CAPACITY];
  private byte[] bytes = new byte[FIRST_CAPACITY];

  /** Where the bytes of each name begin, and at last where they end. */
  private int[] starts = new int[FIRST_CAPACITY];

  /** An index that knows no source yet. */
  public SourceIndex() {}

  /** An index that numbers the given sources from 0. */
  public SourceIndex(List<String> names) {
    names.forEach(name -> of(UTF8String.fromString(name)));
  }

  /** The number of a source. */
  public int of(UTF8String name) {
    Object base = name.getBaseObject();
    long offset = name.getBaseOffset();
    int length = name.numBytes();
    long hash = hash(base, offset, length);
    int mask = places.length - 1;
    int place = (int) (hash >>> Integer.SIZE) & mask;
    for (; places[place] != 0; place = (place + 1) & mask) {
      int number = places[place] - 1;
      if (hashes[number] == hash && isName(number, base, offset, length)) {
        return number;
      }
    }
    return add(name, hash);
  }

  private static long hash(Object base, long offset, int length) {
    long hash = length;
    int at = 0;
    for (; at + Long.BYTES <= length; at += Long.BYTES) {
      hash = (Long.rotateLeft(hash, 25) ^ Platform.getLong(base, offset + at)) * FACTOR;
    }
    for (; at < length; at++) {
      hash = (Long.rotateLeft(hash, 25) ^ Platform.getByte(base, offset + at)) * FACTOR;
    }
    return (hash ^ (hash >>> 29)) * FACTOR;
  }

  private boolean isName(int number, Object base, long offset, int length) {
    int start = starts[number];
    return starts[number + 1] - start == length
        && ByteArrayMethods.arrayEquals(
            base, offset, bytes, (long) Platform.BYTE_ARRAY_OFFSET + start, length);
  }

  private int add(UTF8String name, long hash) {
    int number = names.size();
    names.add(name.toString());
    if (number + 2 > starts.length) {
      starts = Arrays.copyOf(starts, 2 * starts.length);
      hashes = Arrays.copyOf(hashes, 2 * hashes.length);
    }
    int start = starts[number];
    int end = start + name.numBytes();
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * end);
    }
    name.writeToMemory(bytes, (long) Platform.BYTE_ARRAY_OFFSET + start);
    starts[number + 1] = end;
    hashes[number] = hash;
    if (2 * names.size() > places.length) {
      places = new int[2 * places.length];
      for (int known = 0; known < number; known++) {
        put(known);
      }
    }
    put(number);
    return number;
  }

  private void put(int number) {
    int mask = places.length - 1;
    int place = (int) (hashes[number] >>> Integer.SIZE) & mask;
    while (places[place] != 0) {
      place = (place + 1) & mask;
    }
    places[place] = number + 1;
  }

  /** The names by number. */
  public List<String> names() {
    return Collections.unmodifiableList(names);
  }
}
