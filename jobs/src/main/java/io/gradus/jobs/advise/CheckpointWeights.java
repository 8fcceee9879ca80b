package io.gradus.jobs.advise;

import java.util.Arrays;

/** Weights of averaged checkpoints, from the oldest to the newest; they sum to 1. */
final class CheckpointWeights {
  private CheckpointWeights() {}

  static double[] of(AverageMethod method, int count, double alpha) {
    return switch (method) {
      case SMA -> equal(count);
      case EMA -> exponential(count, alpha);
      case WMA -> rising(count);
      case MINUS_SQRT -> forDecay(minusSqrt(count));
    };
  }

  /** Simple moving average: {@code 1/N} each (PMA, arXiv 2505.12082). */
  static double[] equal(int count) {
    double[] weights = new double[count];
    Arrays.fill(weights, 1.0 / count);
    return weights;
  }

  /** {@code M_0 = theta_0, M_i = alpha * theta_i + (1 - alpha) * M_(i-1)} (arXiv 2511.18903). */
  static double[] exponential(int count, double alpha) {
    double[] weights = new double[count];
    weights[0] = 1;
    for (int i = 1; i < count; i++) {
      for (int j = 0; j < i; j++) {
        weights[j] *= 1 - alpha;
      }
      weights[i] = alpha;
    }
    return weights;
  }

  /** Weighted moving average: {@code i / sum(i)} (PMA, arXiv 2505.12082). */
  static double[] rising(int count) {
    double[] weights = new double[count];
    for (int i = 0; i < count; i++) {
      weights[i] = (i + 1) / (count * (count + 1) / 2.0);
    }
    return weights;
  }

  /**
   * How much the gradients of each interval count in the average: {@code w_i = sum over j >= i of
   * c_j} for the interval that ends at checkpoint i, and w_0 = 1 for all before checkpoint 0 (WSM,
   * arXiv 2507.17634).
   */
  static double[] asDecay(double[] weights) {
    double[] decay = new double[weights.length];
    double sum = 0;
    for (int i = weights.length - 1; i > 0; i--) {
      sum += weights[i];
      decay[i] = sum;
    }
    decay[0] = 1;
    return decay;
  }

  /**
   * The weights under which the average acts as a decay: {@code c_k = w_k, c_j = w_j - w_(j+1), c_0
   * = 1 - w_1} (WSM, arXiv 2507.17634).
   *
   * @param decay {@code w_0 = 1} and then one value for each interval, not increasing
   */
  static double[] forDecay(double[] decay) {
    double[] weights = new double[decay.length];
    for (int i = 0; i < decay.length; i++) {
      weights[i] = decay[i] - (i + 1 < decay.length ? decay[i + 1] : 0);
    }
    return weights;
  }

  /** {@code 1 - sqrt(i / N)} for interval i, as an equal mean of N is {@code 1 - i / N}. */
  static double[] minusSqrt(int count) {
    double[] decay = new double[count];
    for (int i = 0; i < count; i++) {
      decay[i] = 1 - Math.sqrt((double) i / count);
    }
    return decay;
  }
}
