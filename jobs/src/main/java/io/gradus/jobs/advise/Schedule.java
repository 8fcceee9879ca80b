package io.gradus.jobs.advise;

/**
 * A learning rate for each optimizer step: a linear warm-up, the peak, a decay, and the final rate.
 *
 * @param peak the highest rate
 * @param last the rate from the end of the decay on
 * @param steps of the whole run
 * @param warmUpSteps steps from 0 to the peak
 * @param decayStart the last step at the peak
 * @param decayEnd the first step at the final rate
 */
record Schedule(
    Shape shape,
    double peak,
    double last,
    long steps,
    long warmUpSteps,
    long decayStart,
    long decayEnd) {

  /** The form of the stretch between {@code decayStart} and {@code decayEnd}. */
  enum Shape {
    CONSTANT,
    LINEAR,
    MINUS_SQRT
  }

  /** The rate of a step, counted from 1. */
  double rate(long step) {
    if (step < warmUpSteps) {
      return peak * step / warmUpSteps;
    }
    if (step <= decayStart || shape == Shape.CONSTANT) {
      return peak;
    }
    if (step >= decayEnd) {
      return last;
    }
    double done = (double) (step - decayStart) / (decayEnd - decayStart);
    double fallen = shape == Shape.LINEAR ? done : Math.sqrt(done);
    return peak * (1 - fallen) + last * fallen;
  }
}
