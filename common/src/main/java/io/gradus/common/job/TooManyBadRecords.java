package io.gradus.common.job;

/** More records were bad than the configuration allows; the program exits with code 3. */
public final class TooManyBadRecords extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TooManyBadRecords(String message) {
    super(message);
  }
}
