package io.gradus.jobs.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Bytes that may be many, in pieces: to grow, they need no copy of themselves. */
final class LongBytes implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A collector that cuts the heap in regions gives arrays of half a region whole ones. */
  private static final int PIECE_BITS = 18;

  private static final int PIECE = 1 << PIECE_BITS;

  private static final int BUFFER = 1 << 16;
  private static final int MANY = 1 << 20;

  /** All but the first and the last have their full length. */
  private final List<byte[]> pieces = new ArrayList<>(1);

  private int length;

  /** Bytes that are there already; they are not copied unless they are many. */
  static LongBytes of(byte[] bytes) {
    LongBytes all = new LongBytes();
    if (bytes.length > PIECE) {
      all.add(bytes, 0, bytes.length);
    } else if (bytes.length > 0) {
      all.pieces.add(bytes);
      all.length = bytes.length;
    }
    return all;
  }

  /** Reads a stream to its end, or until there are {@code most} bytes. */
  static LongBytes read(InputStream in, int most) throws IOException {
    LongBytes all = new LongBytes();
    byte[] buffer = new byte[BUFFER];
    int read;
    do {
      read = in.readNBytes(buffer, 0, Math.min(buffer.length, most - all.length));
      all.add(buffer, 0, read);
    } while (read > 0);
    return all;
  }

  int length() {
    return length;
  }

  /** Whether they are better not copied. */
  boolean areMany() {
    return areMany(length);
  }

  /** Whether so many bytes are better not copied. */
  static boolean areMany(int length) {
    return length > MANY;
  }

  byte get(int index) {
    return pieces.get(index >> PIECE_BITS)[index & (PIECE - 1)];
  }

  void set(int index, byte value) {
    pieces.get(index >> PIECE_BITS)[index & (PIECE - 1)] = value;
  }

  void add(byte[] more, int offset, int count) {
    for (int done = 0; done < count; ) {
      int left = count - done;
      int used = length & (PIECE - 1);
      if (used == 0) {
        pieces.add(new byte[length == 0 ? Math.min(PIECE, left) : PIECE]);
      }
      int last = pieces.size() - 1;
      if (used == pieces.get(last).length) {
        int larger = Math.min(PIECE, Math.max(2 * used, used + left));
        pieces.set(last, Arrays.copyOf(pieces.get(last), larger));
      }
      byte[] piece = pieces.get(last);
      int added = Math.min(left, piece.length - used);
      System.arraycopy(more, offset + done, piece, used, added);
      done += added;
      length = Math.addExact(length, added);
    }
  }

  /** Drops what is beyond a length. */
  void truncate(int shorter) {
    length = shorter;
    while ((long) (pieces.size() - 1) * PIECE >= shorter && !pieces.isEmpty()) {
      pieces.remove(pieces.size() - 1);
    }
  }

  /** Drops the first ones. */
  void dropFirst(int count) {
    for (int i = count; i < length; i++) {
      set(i - count, get(i));
    }
    truncate(length - count);
  }

  /** A part of them as one array. */
  byte[] toArray(int from, int to) {
    byte[] all = new byte[to - from];
    for (int done = 0; done < all.length; ) {
      int at = (from + done) & (PIECE - 1);
      int count = Math.min(all.length - done, PIECE - at);
      System.arraycopy(pieces.get((from + done) >> PIECE_BITS), at, all, done, count);
      done += count;
    }
    return all;
  }

  /** The first ones, at most so many. */
  byte[] head(int most) {
    return toArray(0, Math.min(most, length));
  }

  /** All as one array, which may be the one that holds them. */
  byte[] toArray() {
    return length > 0 && length == pieces.get(0).length ? pieces.get(0) : toArray(0, length);
  }

  void writeTo(OutputStream out) throws IOException {
    for (int i = 0; i < pieces.size(); i++) {
      out.write(pieces.get(i), 0, lengthOf(i));
    }
  }

  void digest(MessageDigest digest) {
    for (int i = 0; i < pieces.size(); i++) {
      digest.update(pieces.get(i), 0, lengthOf(i));
    }
  }

  private int lengthOf(int piece) {
    return Math.min(PIECE, length - (piece << PIECE_BITS));
  }

  /** A stream that adds to them. */
  OutputStream stream() {
    return new OutputStream() {
      @Override
      public void write(int value) {
        add(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] more, int offset, int count) {
        add(more, offset, count);
      }
    };
  }

  /** A stream over a part of them. */
  InputStream stream(int from, int to) {
    return new InputStream() {
      private int next = from;

      @Override
      public int read() {
        return next == to ? -1 : get(next++) & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int most) {
        if (next == to) {
          return most == 0 ? 0 : -1;
        }
        int at = next & (PIECE - 1);
        int count = Math.min(most, Math.min(to - next, PIECE - at));
        System.arraycopy(pieces.get(next >> PIECE_BITS), at, bytes, offset, count);
        next += count;
        return count;
      }
    };
  }
}
