package io.gradus.common.workspace;

import java.time.Duration;

/**
 * How long things take between runs that want one workspace.
 *
 * @param sign between two signs of life
 * @param silence after which a holder on another machine is taken for dead
 * @param settle how long a file is left alone before it is read back, where two can create it
 */
record LockTiming(Duration sign, Duration silence, Duration settle) {
  static final LockTiming USUAL =
      new LockTiming(Duration.ofSeconds(5), Duration.ofMinutes(2), Duration.ofSeconds(2));

  /** Clocks differ: what seems to lie in the future was just now. */
  static Duration positive(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }
}
