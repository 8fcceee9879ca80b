package io.gradus.jobs.order;

/**
 * How the share of the ranking that a warm-up draws from grows: from the start at the beginning to
 * everything at the end. The pacing functions of Wu, Dyer and Neyshabur, "When Do Curricula Work?"
 * (arXiv 2012.03107), where {@code b} is the start and {@code a} the end.
 */
public enum Pacing {
  /** Evenly. */
  LINEAR {
    @Override
    double grown(double time) {
      return time;
    }
  },
  /** Slowly at first. */
  QUADRATIC {
    @Override
    double grown(double time) {
      return time * time;
    }
  },
  /** Fast at first, with the square root (also the competence of Platanios et al., 2019). */
  ROOT {
    @Override
    double grown(double time) {
      return Math.sqrt(time);
    }
  },
  /** Not at all, and at once at the end. */
  STEP {
    @Override
    double grown(double time) {
      return time < 1 ? 0 : 1;
    }
  };

  /** How far the growth is at a time between 0 and 1. */
  abstract double grown(double time);

  /**
   * The share of the ranking that may be drawn from.
   *
   * @param place how far the run is
   */
  double share(double place, double start, double end) {
    return place >= end ? 1 : start + (1 - start) * grown(place / end);
  }
}
