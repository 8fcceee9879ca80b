package io.gradus.jobs.command;

import io.gradus.jobs.pipeline.Failure;

/**
 * How a driver of a cluster ends when it fails: YARN takes an exception's text into the
 * application's diagnostics, while of an exit code it keeps nothing. What the user can mend comes
 * without a stack trace.
 */
final class FailedRun extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private FailedRun(String message, Throwable cause) {
    super(message, cause, false, false);
  }

  static FailedRun of(Failure failure, Throwable thrown) {
    return new FailedRun(
        "exit code " + failure.exitCode() + ": " + failure.message(),
        failure.exitCode() == 1 ? thrown : null);
  }
}
