package io.gradus.common.job;

/**
 * A mistake that the user can mend. Its message names the value, the place and the remedy; the
 * program prints it without a stack trace and exits with code 2.
 */
public final class UserMistake extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UserMistake(String message) {
    super(message);
  }

  public UserMistake(String message, Throwable cause) {
    super(message, cause);
  }
}
