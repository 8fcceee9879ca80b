package io.gradus.jobs.topics;

import java.io.Serializable;

/** A document as the terms that it has, each once, and their weights; its length is 1, or 0. */
final class SparseVector implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Chars, since a vocabulary has no more than 65,536 terms and samples are large. */
  private final char[] terms;

  private final float[] weights;

  /** Takes the arrays as they are. */
  SparseVector(char[] terms, float[] weights) {
    this.terms = terms;
    this.weights = weights;
  }

  int size() {
    return terms.length;
  }

  int term(int i) {
    return terms[i];
  }

  float weight(int i) {
    return weights[i];
  }
}
