package io.gradus.jobs.pack;

import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.parquet.io.PositionOutputStream;

/**
 * Counts and digests what is written through it. Closing it ends the content; the stream below is
 * left open, since whoever opened it decides whether the file may appear.
 */
final class HashedOutput extends PositionOutputStream {
  private final OutputStream out;
  private final MessageDigest digest = Fingerprint.newSha256();
  private long bytes;

  HashedOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    out.write(value);
    digest.update((byte) value);
    bytes++;
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    out.write(buffer, offset, length);
    digest.update(buffer, offset, length);
    bytes += length;
  }

  @Override
  public long getPos() {
    return bytes;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.flush();
  }

  /** SHA-256 of everything that was written; to be asked once, at the end. */
  String sha256() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
