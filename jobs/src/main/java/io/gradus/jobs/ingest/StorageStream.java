package io.gradus.jobs.ingest;

import io.gradus.common.job.UserMistake;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/**
 * A file's bytes as they lie in storage. One that may not be read is the user's mistake. A failing
 * storage throws {@link UncheckedIOException}, so that the task fails and is tried again; every
 * {@link IOException} further up therefore means that the content itself is corrupt, which is
 * counted and never retried.
 */
final class StorageStream extends FilterInputStream {
  private StorageStream(InputStream in) {
    super(in);
  }

  static StorageStream open(Configuration hadoop, String file, long position) {
    try {
      Path path = new Path(file);
      FSDataInputStream in = path.getFileSystem(hadoop).open(path);
      in.seek(position);
      return new StorageStream(in);
    } catch (IOException e) {
      if (isForbidden(e)) {
        throw new UserMistake(
            "ingest.inputs: '"
                + file
                + "' may not be read ("
                + e.getMessage()
                + "). Give the user that runs Gradus the right to read it, or take it out.",
            e);
      }
      throw new UncheckedIOException("Cannot open " + file, e);
    }
  }

  /** Each kind of storage says it in its own way. */
  private static boolean isForbidden(IOException e) {
    return e instanceof AccessControlException
        || e instanceof AccessDeniedException
        || (e instanceof FileNotFoundException
            && String.valueOf(e.getMessage()).contains("(Permission denied)"));
  }

  @Override
  public int read() {
    try {
      return in.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    try {
      return in.read(bytes, offset, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long skip(long count) {
    try {
      return in.skip(count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
