package io.gradus.common.workspace;

import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Files that appear under their final name only when they are complete. */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes a file under a temporary name and renames it; a file already there is replaced. */
  public static void write(FileSystem fileSystem, Path path, StageDirectory.Content content)
      throws IOException {
    Path temporary = temporary(path);
    try (FSDataOutputStream out = fileSystem.create(temporary, true)) {
      content.writeTo(out);
    }
    commit(fileSystem, temporary, path);
  }

  /**
   * A name beside {@code path} that no other attempt uses and that readers of a folder skip, since
   * it starts with a dot.
   */
  public static Path temporary(Path path) {
    return new Path(path.getParent(), "." + path.getName() + "." + UUID.randomUUID());
  }

  /**
   * Gives a complete file its final name. When a second attempt of the same task comes too late,
   * the first one's equal bytes are replaced.
   */
  public static void commit(FileSystem fileSystem, Path temporary, Path path) throws IOException {
    if (fileSystem.rename(temporary, path)) {
      return;
    }
    fileSystem.delete(path, false);
    if (!fileSystem.rename(temporary, path)) {
      throw new IOException("Cannot rename " + temporary + " to " + path);
    }
  }
}
