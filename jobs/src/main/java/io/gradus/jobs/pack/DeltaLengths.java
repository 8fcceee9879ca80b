package io.gradus.jobs.pack;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Lengths in Parquet's encoding DELTA_BINARY_PACKED (parquet-format, Encodings.md): blocks of a
 * least difference, a bit width for each miniblock, and the differences beyond the least one.
 */
final class DeltaLengths {
  private DeltaLengths() {}

  /**
   * Reads to the end of the lengths and not a byte further.
   *
   * @param count how many there are, at least one
   */
  static int[] read(InputStream in, int count) throws IOException {
    int blockSize = Math.toIntExact(number(in));
    int miniblocks = Math.toIntExact(number(in));
    long found = number(in);
    if (found != count) {
      throw new IOException("A page of " + count + " values has " + found + " lengths");
    }
    int ofMiniblock = blockSize / miniblocks;
    int[] lengths = new int[count];
    lengths[0] = (int) signed(in);
    for (int next = 1; next < count; ) {
      long least = signed(in);
      byte[] widths = bytes(in, miniblocks);
      for (int i = 0; i < miniblocks && next < count; i++) {
        byte[] packed = bytes(in, widths[i] * ofMiniblock / Byte.SIZE);
        for (int k = 0; k < ofMiniblock && next < count; k++, next++) {
          lengths[next] =
              (int) (lengths[next - 1] + least + bits(packed, k * widths[i], widths[i]));
        }
      }
    }
    return lengths;
  }

  private static long bits(byte[] packed, int first, int width) {
    long value = 0;
    for (int done = 0; done < width; ) {
      int bit = first + done;
      int some = Math.min(Byte.SIZE - bit % Byte.SIZE, width - done);
      int part = ((packed[bit / Byte.SIZE] & 0xff) >>> (bit % Byte.SIZE)) & ((1 << some) - 1);
      value |= (long) part << done;
      done += some;
    }
    return value;
  }

  private static long signed(InputStream in) throws IOException {
    long number = number(in);
    return (number >>> 1) ^ -(number & 1);
  }

  /** An unsigned number, seven bits a byte, the lowest first. */
  private static long number(InputStream in) throws IOException {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("A page ends within its lengths");
      }
      number |= (next & 0x7fL) << shift;
      if (next < 0x80) {
        return number;
      }
    }
    throw new IOException("A page has a length of more than 64 bits");
  }

  private static byte[] bytes(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("A page ends within its lengths");
    }
    return bytes;
  }
}
