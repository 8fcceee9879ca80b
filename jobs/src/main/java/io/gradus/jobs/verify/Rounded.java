package io.gradus.jobs.verify;

/** Division of what is never negative. */
final class Rounded {
  private Rounded() {}

  /** The quotient, rounded up. */
  static long up(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
