package io.gradus.jobs.ingest;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Lines of bytes with their offsets. Of a line above the limit only its beginning is held in
 * memory.
 */
final class LineReader implements Closeable {
  private static final int BUFFER = 1 << 16;
  private static final int KEPT_OF_LONG_LINE = 4 * BadRecord.EXCERPT;

  private final InputStream in;
  private final long limit;
  private final byte[] buffer = new byte[BUFFER];
  private int next;
  private int end;
  private long offset;

  /**
   * Reads on from where the stream is.
   *
   * @param offset of the stream's next byte
   * @param limit the longest line that is kept whole, in bytes
   */
  LineReader(InputStream in, long offset, long limit) {
    this.in = in;
    this.offset = offset;
    this.limit = limit;
  }

  /** One line without its line feed. */
  static final class Line {
    private final long offset;
    private final long length;
    private final LongBytes bytes;

    private Line(long offset, long length, LongBytes bytes) {
      this.offset = offset;
      this.length = length;
      this.bytes = bytes;
    }

    /** Where it begins. */
    long offset() {
      return offset;
    }

    long length() {
      return length;
    }

    /** All of it, or only the beginning when it is above the limit. */
    LongBytes bytes() {
      return bytes;
    }

    boolean isBlank() {
      for (int i = 0; i < bytes.length(); i++) {
        byte b = bytes.get(i);
        if (b != ' ' && b != '\t' && b != '\r') {
          return false;
        }
      }
      return length == bytes.length();
    }
  }

  /** Where the next line begins. */
  long offset() {
    return offset;
  }

  /** The next line; the last one may lack its line feed. Nothing at the end of the stream. */
  Optional<Line> next() throws IOException {
    long begin = offset;
    long length = 0;
    LongBytes line = new LongBytes();
    while (true) {
      if (next == end) {
        next = 0;
        end = Math.max(0, in.read(buffer));
        if (end == 0) {
          return length == 0 ? Optional.empty() : Optional.of(new Line(begin, length, line));
        }
      }
      int feed = next;
      while (feed < end && buffer[feed] != '\n') {
        feed++;
      }
      int found = feed - next;
      if (length + found <= limit) {
        line.add(buffer, next, found);
      } else if (line.length() < KEPT_OF_LONG_LINE) {
        line.add(buffer, next, Math.min(found, KEPT_OF_LONG_LINE - line.length()));
      } else if (length <= limit) {
        line.truncate(KEPT_OF_LONG_LINE);
      }
      length += found;
      offset += found;
      next = feed;
      if (feed < end) {
        next++;
        offset++;
        return Optional.of(new Line(begin, length, line));
      }
    }
  }

  /**
   * Goes to where the next line begins, but not beyond {@code most}: a line that spans many splits
   * is read to its end once, and not once for each of them.
   */
  void skipLine(long most) throws IOException {
    while (offset < most) {
      if (next == end) {
        next = 0;
        end = Math.max(0, in.read(buffer));
        if (end == 0) {
          return;
        }
      }
      offset++;
      if (buffer[next++] == '\n') {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
