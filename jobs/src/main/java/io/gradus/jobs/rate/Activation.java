package io.gradus.jobs.rate;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;

/** What is done to a chunk's logits before the criteria look at them. */
enum Activation {
  /** Nothing: regression, or QuRating's logits. */
  @JsonProperty("none")
  NONE,
  /** The classes' probabilities, which sum to 1. */
  @JsonProperty("softmax")
  SOFTMAX,
  /** Each class's probability by itself. */
  @JsonProperty("sigmoid")
  SIGMOID;

  double[] of(double[] logits) {
    return switch (this) {
      case NONE -> logits;
      case SOFTMAX -> softmax(logits);
      case SIGMOID -> Arrays.stream(logits).map(logit -> 1 / (1 + Math.exp(-logit))).toArray();
    };
  }

  private static double[] softmax(double[] logits) {
    // The largest becomes 0, so that no power overflows.
    double largest = Arrays.stream(logits).max().orElseThrow();
    double[] powers = Arrays.stream(logits).map(logit -> Math.exp(logit - largest)).toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(power -> power / sum).toArray();
  }
}
