package io.gradus.jobs.advise;

/** How the last checkpoints are weighted. */
public enum AverageMethod {
  /** Equal weights. */
  SMA("equal mean"),
  /** Weights that fall by a constant factor with age. */
  EMA("exponential mean"),
  /** Weights that rise linearly towards the newest. */
  WMA("linearly weighted mean"),
  /** Weights under which the average acts as a 1-sqrt decay to zero. */
  MINUS_SQRT("mean equal to a 1-sqrt decay");

  private final String title;

  AverageMethod(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
