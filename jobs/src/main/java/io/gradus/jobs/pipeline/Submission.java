package io.gradus.jobs.pipeline;

import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.common.workspace.Workspace;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/**
 * One use of {@code gradus submit}: a folder in the workspace, by which the machine that submits
 * and the driver tell each other what spark-submit does not.
 *
 * @param id names the folder {@code submitted/<id>}
 */
public record Submission(String id) {
  /** The setting by which a driver knows its submission. */
  public static final String SETTING = "spark.gradus.submission";

  private static final String FOLDER = "submitted";

  /** The submission that this driver belongs to. */
  static Optional<Submission> current() {
    return Optional.ofNullable(System.getProperty(SETTING)).map(Submission::new);
  }

  /** Where it lies. */
  public StageDirectory directory(Workspace workspace) {
    return new StageDirectory(new Path(new Path(workspace.root(), FOLDER), id), workspace.hadoop());
  }

  /** Answers the machine that submitted. */
  void tell(Workspace workspace, String stage, Throwable thrown) {
    try {
      directory(workspace).writeText(Failure.FILE, Json.write(Failure.of(stage, thrown)));
    } catch (RuntimeException unwritten) {
      thrown.addSuppressed(unwritten);
    }
  }

  /** What the driver has answered, where it failed. */
  public Optional<Failure> failure(Workspace workspace) {
    return directory(workspace).text(Failure.FILE).map(json -> Json.read(json, Failure.class));
  }
}
