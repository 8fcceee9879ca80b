package io.gradus.jobs.pack;

import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file under way, which appears under its name when it is committed, complete, or never.
 *
 * <p>Where a file system can abort a stream, as S3A can, the file is written under its own name: an
 * object comes into being when its stream is closed, and an aborted stream leaves nothing. A rename
 * would copy every byte there. Elsewhere it is written under a temporary name and renamed.
 */
final class PendingFile {
  private final FileSystem fileSystem;
  private final Path path;
  private final Path written;
  private final FSDataOutputStream stream;
  private final HashedOutput out;
  private boolean closed;

  private PendingFile(FileSystem fileSystem, Path path, Path written) throws IOException {
    this.fileSystem = fileSystem;
    this.path = path;
    this.written = written;
    this.stream = fileSystem.create(written, true);
    this.out = new HashedOutput(stream);
  }

  /**
   * Begins a file.
   *
   * @param path its name
   * @param temporary the name to write it under where it must be renamed
   */
  static PendingFile create(FileSystem fileSystem, Path path, Path temporary) throws IOException {
    return new PendingFile(
        fileSystem, path, AtomicFile.appearsWhenClosed(fileSystem, path) ? path : temporary);
  }

  /** Where to write; closing it ends the content and not yet the file. */
  HashedOutput out() {
    return out;
  }

  /** Lets the file appear; one of the same length that is there is the same file. */
  void commit() throws IOException {
    stream.close();
    closed = true;
    if (!written.equals(path)) {
      AtomicFile.commit(fileSystem, written, path);
    }
  }

  /** Removes what was not committed; does nothing afterwards. */
  void discard() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (written.equals(path)) {
      stream.abort();
    } else {
      stream.close();
      fileSystem.delete(written, false);
    }
  }
}
