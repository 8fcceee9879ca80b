package io.gradus.jobs.topics;

import java.io.Serializable;
import java.util.List;

/** The centres of the topics, by number. */
final class Centres implements Serializable {
  private static final long serialVersionUID = 1L;

  private final float[][] centres;
  private final double[] squares;

  Centres(List<float[]> centres) {
    this.centres = centres.toArray(float[][]::new);
    this.squares = centres.stream().mapToDouble(centre -> dot(centre, centre)).toArray();
  }

  int count() {
    return centres.length;
  }

  float[] centre(int topic) {
    return centres[topic];
  }

  /** The topic whose centre is closest, of equally close ones the first. */
  int nearest(float[] point) {
    int nearest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int topic = 0; topic < centres.length; topic++) {
      double distance = distance(point, topic);
      if (distance < least) {
        nearest = topic;
        least = distance;
      }
    }
    return nearest;
  }

  /** The squared distance of a point of length 1 from a topic's centre. */
  double distance(float[] point, int topic) {
    return 1 + squares[topic] - 2 * dot(point, centres[topic]);
  }

  private static double dot(float[] left, float[] right) {
    double sum = 0;
    for (int d = 0; d < left.length; d++) {
      sum += (double) left[d] * right[d];
    }
    return sum;
  }
}
