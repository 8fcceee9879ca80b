package io.gradus.jobs.rate;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the hidden states of a chunk's positions become one vector. */
enum Pooling {
  /** Their mean over all positions, special tokens included. */
  @JsonProperty("mean")
  MEAN,
  /** The state of the first position. */
  @JsonProperty("cls")
  CLS,
  /** The state of the last position. */
  @JsonProperty("last-token")
  LAST_TOKEN;

  /**
   * Pools one chunk.
   *
   * @param states [position, width], row after row
   * @param from where the chunk's first state begins
   * @param positions how many positions the chunk has
   * @param width the length of a state
   */
  double[] pool(float[] states, int from, int positions, int width) {
    return switch (this) {
      case MEAN -> mean(states, from, positions, width);
      case CLS -> mean(states, from, 1, width);
      case LAST_TOKEN -> mean(states, from + (positions - 1) * width, 1, width);
    };
  }

  private static double[] mean(float[] states, int from, int positions, int width) {
    double[] pooled = new double[width];
    for (int position = 0; position < positions; position++) {
      int row = from + position * width;
      for (int i = 0; i < width; i++) {
        pooled[i] += states[row + i];
      }
    }
    for (int i = 0; i < width; i++) {
      pooled[i] /= positions;
    }
    return pooled;
  }

  /** A vector scaled to length 1; the zero vector stays. */
  static double[] unit(double[] vector) {
    double squares = 0;
    for (double value : vector) {
      squares += value * value;
    }
    double length = squares == 0 ? 1 : Math.sqrt(squares);
    double[] unit = new double[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = vector[i] / length;
    }
    return unit;
  }
}
