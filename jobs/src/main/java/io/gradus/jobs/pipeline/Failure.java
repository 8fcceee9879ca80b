package io.gradus.jobs.pipeline;

import io.gradus.common.job.TooManyBadRecords;
import io.gradus.common.job.UserMistake;
import java.util.Optional;

/**
 * How a run failed, for the exit code and for whoever reads the workspace afterwards.
 *
 * @param stage the stage that failed; empty when none had begun
 * @param exitCode 1 for a defect, 2 for a user's mistake, 3 for too many bad records
 * @param message what went wrong and how to mend it
 */
public record Failure(String stage, int exitCode, String message) {
  /** The file in the workspace's root; it is there while the last run has failed. */
  public static final String FILE = "failure.json";

  /** Finds the reason among an exception's causes: Spark wraps what its tasks throw. */
  public static Failure of(String stage, Throwable thrown) {
    Optional<Failure> known = known(stage, thrown);
    return known.orElseGet(
        () -> new Failure(stage, 1, thrown.getClass().getName() + ": " + thrown.getMessage()));
  }

  private static Optional<Failure> known(String stage, Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserMistake) {
        return Optional.of(new Failure(stage, 2, cause.getMessage()));
      }
      if (cause instanceof TooManyBadRecords) {
        return Optional.of(new Failure(stage, 3, cause.getMessage()));
      }
    }
    return Optional.empty();
  }
}
