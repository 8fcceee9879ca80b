package io.gradus.jobs.topics;

import java.io.Serializable;

/** Brings documents from the space of terms to the one in which topics are clusters. */
final class Projection implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A vector of length 1 of which no more than this is left has nothing to do with the sample. */
  private static final double NOTHING = 1e-4;

  private final int dimensions;

  /** For each term, one after the other, its coordinates. */
  private final float[] byTerm;

  /** Takes the array, {@code dimensions} numbers for each term, as it is. */
  Projection(int dimensions, float[] byTerm) {
    this.dimensions = dimensions;
    this.byTerm = byTerm;
  }

  int dimensions() {
    return dimensions;
  }

  /** The document's direction, of length 1, or all 0 where it has none. */
  float[] project(SparseVector document) {
    float[] point = new float[dimensions];
    for (int i = 0; i < document.size(); i++) {
      float weight = document.weight(i);
      int at = document.term(i) * dimensions;
      for (int d = 0; d < dimensions; d++) {
        point[d] += weight * byTerm[at + d];
      }
    }
    double squares = 0;
    for (float coordinate : point) {
      squares += (double) coordinate * coordinate;
    }
    double length = Math.sqrt(squares);
    for (int d = 0; d < dimensions; d++) {
      point[d] = length > NOTHING ? (float) (point[d] / length) : 0;
    }
    return point;
  }

  /** Whether the document has a direction. */
  static boolean hasDirection(float[] point) {
    for (float coordinate : point) {
      if (coordinate != 0) {
        return true;
      }
    }
    return false;
  }
}
