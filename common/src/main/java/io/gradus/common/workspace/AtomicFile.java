package io.gradus.common.workspace;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/** Files that appear under their final name only when they are complete. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes a file that appears whole or not at all; one already there is replaced. It is renamed
   * from a temporary name where it would be seen before it is closed.
   */
  public static void write(FileSystem fileSystem, Path path, StageDirectory.Content content)
      throws IOException {
    if (appearsWhenClosed(fileSystem, path)) {
      writeObject(fileSystem, path, content);
      return;
    }
    Path temporary = temporary(path);
    try (FSDataOutputStream out = fileSystem.create(temporary, true)) {
      content.writeTo(out);
    }
    replace(fileSystem, temporary, path);
  }

  /**
   * Whether a file is seen, under its name, when its stream is closed and never if that is aborted,
   * as on S3A. A rename copies every byte there, and for a moment a file that it replaces is gone.
   */
  public static boolean appearsWhenClosed(FileSystem fileSystem, Path path) throws IOException {
    return fileSystem.hasPathCapability(path, CommonPathCapabilities.ABORTABLE_STREAM);
  }

  private static void writeObject(FileSystem fileSystem, Path path, StageDirectory.Content content)
      throws IOException {
    FSDataOutputStream out = fileSystem.create(path, true);
    try {
      content.writeTo(out);
    } catch (IOException | RuntimeException | Error e) {
      out.abort();
      throw e;
    }
    out.close();
  }

  /**
   * A name beside {@code path} that no other attempt uses and that readers of a folder skip, since
   * it starts with a dot.
   */
  public static Path temporary(Path path) {
    return new Path(path.getParent(), "." + path.getName() + "." + UUID.randomUUID());
  }

  /**
   * Gives a complete file its final name, where equal names mean equal bytes: a file of the same
   * length that is there already is kept, so that of two attempts of a task, speculative or late,
   * the second never touches what the first one finished and others may be reading. A file of
   * another length is replaced.
   */
  public static void commit(FileSystem fileSystem, Path temporary, Path path) throws IOException {
    if (sameLength(fileSystem, temporary, path)) {
      fileSystem.delete(temporary, false);
    } else if (!renamed(fileSystem, temporary, path)) {
      // Perhaps another attempt has just been quicker.
      if (sameLength(fileSystem, temporary, path)) {
        fileSystem.delete(temporary, false);
      } else {
        overwrite(fileSystem, temporary, path);
      }
    }
  }

  private static boolean sameLength(FileSystem fileSystem, Path temporary, Path path)
      throws IOException {
    try {
      return fileSystem.getFileStatus(path).getLen()
          == fileSystem.getFileStatus(temporary).getLen();
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private static void replace(FileSystem fileSystem, Path temporary, Path path) throws IOException {
    if (!renamed(fileSystem, temporary, path)) {
      overwrite(fileSystem, temporary, path);
    }
  }

  /**
   * Renames, where the file system lets it happen. Onto a file that is there, a local rename
   * replaces it in one step; HDFS answers false and object stores throw.
   */
  private static boolean renamed(FileSystem fileSystem, Path temporary, Path path)
      throws IOException {
    try {
      return fileSystem.rename(temporary, path);
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** Renames onto a file that may be there, which HDFS does in one step. */
  private static void overwrite(FileSystem fileSystem, Path temporary, Path path)
      throws IOException {
    Path from = fileSystem.makeQualified(temporary);
    Path to = fileSystem.makeQualified(path);
    try {
      FileContext.getFileContext(to.toUri(), fileSystem.getConf())
          .rename(from, to, Options.Rename.OVERWRITE);
    } catch (UnsupportedFileSystemException e) {
      // Not every file system has a FileContext.
      fileSystem.delete(to, false);
      if (!fileSystem.rename(from, to)) {
        throw new IOException("Cannot rename " + temporary + " to " + path, e);
      }
    }
  }
}
