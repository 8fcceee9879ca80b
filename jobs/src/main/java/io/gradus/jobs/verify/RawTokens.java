package io.gradus.jobs.verify;

import io.gradus.common.workspace.Fingerprint;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A stretch of a file read from its beginning to its end, digested on the way: little-endian
 * numbers and runs of token ids.
 */
final class RawTokens implements TokenReader {
  private final InputStream in;
  private final int tokenBytes;
  private final MessageDigest digest = Fingerprint.newSha256();
  private final byte[] bytes = new byte[1 << 17];
  private long left;

  /**
   * Begins reading.
   *
   * @param in stands at the stretch's beginning; closed by this reader
   * @param length of the stretch
   */
  RawTokens(InputStream in, long length, int tokenBytes) {
    this.in = in;
    this.left = length;
    this.tokenBytes = tokenBytes;
  }

  /** Bytes of the stretch that were not read yet. */
  long left() {
    return left;
  }

  private void fill(int count) throws IOException {
    if (count > left) {
      throw new EOFException("the file ends within the sequences that it should hold");
    }
    int read = in.readNBytes(bytes, 0, count);
    digest.update(bytes, 0, read);
    left -= read;
    if (read < count) {
      throw new EOFException("the file ends within the sequences that it should hold");
    }
  }

  byte[] bytes(int count) throws IOException {
    byte[] result = new byte[count];
    for (int done = 0; done < count; ) {
      int next = Math.min(count - done, bytes.length);
      fill(next);
      System.arraycopy(bytes, 0, result, done, next);
      done += next;
    }
    return result;
  }

  int unsignedByte() throws IOException {
    fill(1);
    return bytes[0] & 0xff;
  }

  long unsignedInt() throws IOException {
    return Integer.toUnsignedLong((int) number(4));
  }

  long signedLong() throws IOException {
    return number(8);
  }

  private long number(int width) throws IOException {
    fill(width);
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = (value << 8) | (bytes[i] & 0xff);
    }
    return value;
  }

  @Override
  public void read(int[] buffer, int count) throws IOException {
    for (int done = 0; done < count; ) {
      int next = Math.min(count - done, bytes.length / tokenBytes);
      fill(next * tokenBytes);
      if (tokenBytes == 2) {
        for (int i = 0, at = 0; i < next; i++, at += 2) {
          buffer[done + i] = (bytes[at] & 0xff) | ((bytes[at + 1] & 0xff) << 8);
        }
      } else {
        for (int i = 0, at = 0; i < next; i++, at += 4) {
          buffer[done + i] =
              (bytes[at] & 0xff)
                  | ((bytes[at + 1] & 0xff) << 8)
                  | ((bytes[at + 2] & 0xff) << 16)
                  | ((bytes[at + 3] & 0xff) << 24);
        }
      }
      done += next;
    }
  }

  @Override
  public String sha256() throws IOException {
    while (left > 0) {
      fill((int) Math.min(left, bytes.length));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
