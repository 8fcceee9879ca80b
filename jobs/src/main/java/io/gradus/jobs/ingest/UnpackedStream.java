package io.gradus.jobs.ingest;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;

/**
 * The unpacked bytes of a packed file. An {@link IOException} comes exactly after the last byte
 * that can be unpacked: unpackers throw away what they had of a buffer when they meet corrupt data,
 * and how much that is depends on how storage delivers the file. So when one fails, the file is
 * opened again and the rest read byte by byte, up to where it really stops.
 */
final class UnpackedStream extends InputStream {
  private final Configuration hadoop;
  private final InputFile file;
  private InputStream in;
  private long position;
  private boolean careful;

  private UnpackedStream(Configuration hadoop, InputFile file) throws IOException {
    this.hadoop = hadoop;
    this.file = file;
    this.in = unpack();
  }

  /**
   * Opens a file.
   *
   * @param from where to begin, in bytes; only files that are not packed can begin elsewhere than 0
   * @throws IOException when the file is not packed as its name says
   */
  static InputStream open(Configuration hadoop, InputFile file, long from) throws IOException {
    if (file.compression() == Compression.NONE) {
      return StorageStream.open(hadoop, file.path(), from);
    }
    return new UnpackedStream(hadoop, file);
  }

  private InputStream unpack() throws IOException {
    StorageStream packed = StorageStream.open(hadoop, file.path(), 0);
    try {
      return file.compression().open(packed);
    } catch (IOException e) {
      packed.close();
      throw e;
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!careful) {
      try {
        int count = in.read(bytes, offset, length);
        position += Math.max(0, count);
        return count;
      } catch (IOException corrupt) {
        in.close();
        in = unpack();
        in.skipNBytes(position);
        careful = true;
      }
    }
    int next = in.read();
    if (next < 0) {
      return -1;
    }
    bytes[offset] = (byte) next;
    return 1;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
