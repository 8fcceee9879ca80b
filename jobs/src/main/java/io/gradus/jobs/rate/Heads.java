package io.gradus.jobs.rate;

import java.util.Arrays;
import java.util.List;

/** Makes a chunk's scores of what the graph gives for its row. */
sealed interface Heads {
  /**
   * The scores of one row, one for each criterion.
   *
   * @param floats the graph's output
   * @param from where the row begins in it
   * @param length how many of the row's positions are no padding
   */
  double[] scores(float[] floats, int from, int length);

  /**
   * The heads of a bundle.
   *
   * @param width the length of the graph's output
   */
  static Heads of(RaterDefinition definition, int width) {
    double[][] weights =
        definition.criteria().stream()
            .map(criterion -> weights(criterion, width))
            .toArray(double[][]::new);
    double[] biases =
        definition.criteria().stream().mapToDouble(RaterDefinition.Criterion::bias).toArray();
    Linear linear = new Linear(weights, biases);
    return switch (definition.kind()) {
      case ONNX_EMBEDDING ->
          new Embedding(width, definition.pooling(), definition.normalise(), linear);
      case ONNX_LOGITS -> new Logits(width, definition.activation(), linear);
    };
  }

  private static double[] weights(RaterDefinition.Criterion criterion, int width) {
    double[] weights = new double[width];
    if (criterion.index() == null) {
      List<Double> given = criterion.weights();
      for (int i = 0; i < width; i++) {
        weights[i] = given.get(i);
      }
    } else {
      weights[criterion.index()] = 1;
    }
    return weights;
  }

  /** Linear heads: {@code score = weights . vector + bias}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Linear(double[][] weights, double[] biases) {
    double[] scores(double[] vector) {
      double[] scores = new double[weights.length];
      for (int i = 0; i < scores.length; i++) {
        double sum = 0;
        for (int j = 0; j < vector.length; j++) {
          // 0 times infinity would spoil a criterion with what it does not look at.
          if (weights[i][j] != 0) {
            sum += weights[i][j] * vector[j];
          }
        }
        scores[i] = sum + biases[i];
      }
      return scores;
    }
  }

  /** Hidden states, pooled to one vector. */
  record Embedding(int width, Pooling pooling, boolean normalise, Linear linear) implements Heads {
    @Override
    public double[] scores(float[] floats, int from, int length) {
      return linear.scores(vector(floats, from, length));
    }

    double[] vector(float[] floats, int from, int length) {
      double[] pooled = pooling.pool(floats, from, length, width);
      return normalise ? Pooling.unit(pooled) : pooled;
    }
  }

  /** One value for each class. */
  record Logits(int classes, Activation activation, Linear linear) implements Heads {
    @Override
    public double[] scores(float[] floats, int from, int length) {
      double[] values = new double[classes];
      for (int i = 0; i < classes; i++) {
        values[i] = floats[from + i];
        if (!Double.isFinite(values[i])) {
          // An activation could make a finite score of it.
          double[] none = new double[linear.biases().length];
          Arrays.fill(none, Double.NaN);
          return none;
        }
      }
      return linear.scores(activation.of(values));
    }
  }
}
