package io.gradus.jobs.verify;

import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * A file that Parquet reads, digested on the way: what is read from where the digest has come to
 * goes into it, and what was jumped to, the footer, does not until its turn comes.
 */
final class DigestedFile implements InputFile {
  private final FSDataInputStream in;
  private final long length;
  private final MessageDigest digest = Fingerprint.newSha256();
  private long digested;

  /** Opens a file; the stream that Parquet gets closes it. */
  DigestedFile(Configuration hadoop, Path path) throws IOException {
    this.length = path.getFileSystem(hadoop).getFileStatus(path).getLen();
    this.in = path.getFileSystem(hadoop).open(path);
  }

  @Override
  public long getLength() {
    return length;
  }

  @Override
  public SeekableInputStream newStream() {
    return new DelegatingSeekableInputStream(new Digesting()) {
      @Override
      public long getPos() throws IOException {
        return in.getPos();
      }

      @Override
      public void seek(long position) throws IOException {
        in.seek(position);
      }
    };
  }

  /** Reads and digests up to a place, if the digest has not come so far. */
  void digestTo(long end) throws IOException {
    if (digested >= end) {
      return;
    }
    byte[] buffer = new byte[(int) Math.min(1 << 17, end - digested)];
    in.seek(digested);
    while (digested < end) {
      int count = (int) Math.min(buffer.length, end - digested);
      in.readFully(buffer, 0, count);
      note(digested, buffer, 0, count);
    }
  }

  /** SHA-256 of the whole file; reads what nobody has read. */
  String sha256() throws IOException {
    digestTo(length);
    return HexFormat.of().formatHex(digest.digest());
  }

  private void note(long position, byte[] bytes, int offset, int count) {
    if (position <= digested && digested < position + count) {
      int known = (int) (digested - position);
      digest.update(bytes, offset + known, count - known);
      digested = position + count;
    }
  }

  private final class Digesting extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      long position = in.getPos();
      int read = in.read(bytes, offset, count);
      note(position, bytes, offset, Math.max(0, read));
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
