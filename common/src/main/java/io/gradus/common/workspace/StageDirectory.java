package io.gradus.common.workspace;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The directory of one stage's output under one fingerprint. */
public final class StageDirectory {
  private static final String MANIFEST = "manifest.json";

  private final Path path;
  private final Configuration hadoop;

  public StageDirectory(Path path, Configuration hadoop) {
    this.path = path;
    this.hadoop = hadoop;
  }

  public Path path() {
    return path;
  }

  /** The folder that holds the stage's table. */
  public Path table() {
    return new Path(path, "table");
  }

  public Path file(String name) {
    return new Path(path, name);
  }

  public FileSystem fileSystem() {
    try {
      return path.getFileSystem(hadoop);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The manifest, or nothing while the stage is not finished. */
  public Optional<Manifest> manifest() {
    return text(MANIFEST).map(json -> Json.read(json, Manifest.class));
  }

  /** The manifests of the stage's other finished outputs, the newest first. */
  public List<Manifest> others() {
    return finishedIn(path.getParent(), hadoop).stream()
        .filter(manifest -> !manifest.fingerprint().equals(path.getName()))
        .toList();
  }

  /** Another output of the same stage. */
  public StageDirectory other(Manifest manifest) {
    return new StageDirectory(new Path(path.getParent(), manifest.fingerprint()), hadoop);
  }

  static List<Manifest> finishedIn(Path stage, Configuration hadoop) {
    List<Manifest> manifests = new ArrayList<>();
    try {
      for (FileStatus status : stage.getFileSystem(hadoop).listStatus(stage)) {
        if (status.isDirectory()) {
          new StageDirectory(status.getPath(), hadoop).manifest().ifPresent(manifests::add);
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    manifests.sort(Comparator.comparing(Manifest::finished).reversed());
    return manifests;
  }

  /** Marks the stage as finished. */
  public void finish(Manifest manifest) {
    writeText(MANIFEST, Json.write(manifest));
  }

  /** Whether anything was written here, finished or not. */
  public boolean exists() {
    return exists(path);
  }

  /** Whether its table is there; somebody may have removed it to save space. */
  public boolean hasTable() {
    return exists(table());
  }

  private boolean exists(Path any) {
    try {
      return fileSystem().exists(any);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes what an interrupted run left behind. */
  public void clear() {
    try {
      fileSystem().delete(path, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a small file; does nothing when it is not there. */
  public void delete(String name) {
    try {
      fileSystem().delete(file(name), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a small file, or nothing when it does not exist. */
  public Optional<String> text(String name) {
    try (FSDataInputStream in = fileSystem().open(file(name))) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a small file so that it appears whole or not at all. */
  public void writeText(String name, String text) {
    try {
      AtomicFile.write(
          fileSystem(), file(name), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What writes a file's content. */
  @FunctionalInterface
  public interface Content {
    void writeTo(FSDataOutputStream out) throws IOException;
  }
}
