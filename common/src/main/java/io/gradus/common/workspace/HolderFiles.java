package io.gradus.common.workspace;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/** The files {@code running/<number>.json} of a workspace, each the sign of life of one run. */
final class HolderFiles {
  private static final Pattern NAME = Pattern.compile("(\\d{6,18})\\.json");

  /** On these, of two that create a file one is refused. */
  private static final Set<String> CREATED_ONCE = Set.of("file", "hdfs", "viewfs");

  /** Stores that can refuse do so when asked, as S3A does; on others the last one to write wins. */
  private static final String ONLY_IF_ABSENT =
      Options.CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;

  private final Path folder;
  private final Configuration hadoop;

  HolderFiles(Workspace workspace) {
    this.folder = new Path(workspace.root(), "running");
    this.hadoop = workspace.hadoop();
  }

  /** A file as it was found; {@code run} is null where it could not be read. */
  record Found(Path file, long changed, WorkspaceRun run) {}

  Path folder() {
    return folder;
  }

  Path path(long number) {
    return new Path(folder, String.format(Locale.ROOT, "%06d.json", number));
  }

  /** All that are there, by number. */
  SortedMap<Long, FileStatus> list() throws IOException {
    SortedMap<Long, FileStatus> files = new TreeMap<>();
    try {
      for (FileStatus status : fileSystem().listStatus(folder)) {
        Matcher name = NAME.matcher(status.getPath().getName());
        if (name.matches()) {
          files.put(Long.parseLong(name.group(1)), status);
        }
      }
    } catch (FileNotFoundException e) {
      return files;
    }
    return files;
  }

  Found read(FileStatus status) {
    // On S3A, reading fails where the object is replaced in that moment.
    for (int attempt = 0; attempt < 3; attempt++) {
      try (FSDataInputStream in = fileSystem().open(status.getPath())) {
        String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        return new Found(
            status.getPath(), status.getModificationTime(), Json.read(json, WorkspaceRun.class));
      } catch (IOException | UncheckedIOException e) {
        // Just being written, or cut off by a kill.
      }
    }
    return new Found(status.getPath(), status.getModificationTime(), null);
  }

  /** Whether a file that was listed is this run's. */
  boolean isOf(FileStatus file, WorkspaceRun run) {
    WorkspaceRun found = read(file).run();
    return found != null && found.id().equals(run.id());
  }

  /** Writes a file anew that is this run's. */
  void write(long number, WorkspaceRun run) throws IOException {
    Path file = path(number);
    FileSystem fileSystem = fileSystem();
    if (isLocal(fileSystem)) {
      java.nio.file.Path part = local(AtomicFile.temporary(file));
      Files.write(part, bytes(run));
      Files.move(part, local(file), StandardCopyOption.ATOMIC_MOVE);
    } else {
      AtomicFile.write(fileSystem, file, out -> out.write(bytes(run)));
    }
  }

  /** How the creation of a file went. */
  enum Creation {
    /** Somebody else was quicker. */
    REFUSED,
    /** Of several that do it at once, no other one is told so. */
    CREATED,
    /** Somebody else may be told so too, and the last one to write wins. */
    WRITTEN
  }

  /**
   * Creates a file, which of several runs that do it at once only one can where that is possible.
   */
  Creation create(long number, WorkspaceRun run) throws IOException {
    Path file = path(number);
    FileSystem fileSystem = fileSystem();
    try {
      if (isLocal(fileSystem)) {
        // Hadoop looks and then creates, which is two steps.
        Files.createDirectories(local(file).getParent());
        Files.write(local(file), bytes(run), StandardOpenOption.CREATE_NEW);
        return Creation.CREATED;
      }
      if (fileSystem.hasPathCapability(file, ONLY_IF_ABSENT)) {
        for (int attempt = 0; attempt < 3; attempt++) {
          try {
            return createObject(fileSystem, number, run);
          } catch (IOException unsupported) {
            // Not by every server of the protocol, or there was a file that has just been removed;
            // what else is wrong comes again below.
          }
        }
      }
      try (FSDataOutputStream out = fileSystem.create(file, false)) {
        out.write(bytes(run));
      }
      return CREATED_ONCE.contains(fileSystem.getScheme()) ? Creation.CREATED : Creation.WRITTEN;
    } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException quicker) {
      return Creation.REFUSED;
    }
  }

  private Creation createObject(FileSystem fileSystem, long number, WorkspaceRun run)
      throws IOException {
    Path file = path(number);
    if (!putIfAbsent(fileSystem, file, run)) {
      // Somebody was quicker; or a request that had got through was sent again, and refused.
      FileStatus there = list().get(number);
      return there != null && isOf(there, run) ? Creation.CREATED : Creation.REFUSED;
    }
    // Some servers do not know the condition and say nothing.
    return putIfAbsent(fileSystem, file, run) ? Creation.WRITTEN : Creation.CREATED;
  }

  /** The store refuses when the stream is closed, by an exception of its own. */
  private static boolean putIfAbsent(FileSystem fileSystem, Path file, WorkspaceRun run)
      throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(file);
    builder.overwrite(false).must(ONLY_IF_ABSENT, true);
    try (FSDataOutputStream out = builder.build()) {
      out.write(bytes(run));
      return true;
    } catch (IOException refused) {
      if (fileSystem.exists(file)) {
        return false;
      }
      throw refused;
    }
  }

  private static boolean isLocal(FileSystem fileSystem) {
    return fileSystem.getScheme().equals("file");
  }

  private static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.toUri().getPath());
  }

  private static byte[] bytes(WorkspaceRun run) {
    return Json.write(run).getBytes(StandardCharsets.UTF_8);
  }

  void delete(Path file) throws IOException {
    fileSystem().delete(file, false);
  }

  /** What the file system says that the time is, in milliseconds: clocks of machines differ. */
  long clock() throws IOException {
    FileSystem fileSystem = fileSystem();
    Path probe = AtomicFile.temporary(path(0));
    fileSystem.create(probe, true).close();
    long now = fileSystem.getFileStatus(probe).getModificationTime();
    fileSystem.delete(probe, false);
    return now;
  }

  private FileSystem fileSystem() throws IOException {
    return folder.getFileSystem(hadoop);
  }
}
