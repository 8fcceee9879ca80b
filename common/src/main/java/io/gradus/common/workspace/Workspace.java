package io.gradus.common.workspace;

import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The root of a pipeline's outputs, on any Hadoop file system. */
public final class Workspace {
  private final Path root;
  private final Configuration hadoop;

  private Workspace(Path root, Configuration hadoop) {
    this.root = root;
    this.hadoop = hadoop;
  }

  /** Opens a workspace for reading; nothing is created. */
  public static Workspace at(String location, Configuration hadoop) {
    try {
      Path path = new Path(location);
      FileSystem fileSystem = path.getFileSystem(hadoop);
      return new Workspace(fileSystem.makeQualified(path), hadoop);
    } catch (IOException | RuntimeException e) {
      // Hadoop answers a file system whose library is missing with a RuntimeException.
      throw new UserMistake(
          "pipeline.workspace: cannot use '"
              + location
              + "' ("
              + e.getMessage()
              + "). Give a folder, or the URI of a file system that Hadoop knows.",
          e);
    }
  }

  /** Creates the root where it is missing, and makes sure that files can be written there. */
  public void prepare() {
    try {
      FileSystem fileSystem = root.getFileSystem(hadoop);
      fileSystem.mkdirs(root);
      Path probe = AtomicFile.temporary(new Path(root, "probe"));
      fileSystem.create(probe, true).close();
      fileSystem.delete(probe, false);
    } catch (IOException e) {
      throw new UserMistake(
          "pipeline.workspace: cannot write to '"
              + root
              + "' ("
              + e.getMessage()
              + "). Choose a folder you may write to, or change its permissions.",
          e);
    }
  }

  public Path root() {
    return root;
  }

  /** What its file system is reached with. */
  public Configuration hadoop() {
    return hadoop;
  }

  public StageDirectory stage(String stage, String fingerprint) {
    return new StageDirectory(new Path(new Path(root, stage), fingerprint), hadoop);
  }

  /** The manifests of a stage's finished outputs, the newest first. */
  public List<Manifest> finished(String stage) {
    return StageDirectory.finishedIn(new Path(root, stage), hadoop);
  }
}
