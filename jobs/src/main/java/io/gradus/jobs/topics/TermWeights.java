package io.gradus.jobs.topics;

/**
 * Turns texts into vectors by TF-IDF: the weight of a term is (1 + ln count) times its rarity
 * (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, section 6.4.1), and
 * vectors have length 1. A vector is a pure function of text and vocabulary. Not for several
 * threads.
 */
final class TermWeights {
  private static final float[] COUNT_WEIGHTS = countWeights();

  private final Vocabulary vocabulary;
  private final int characters;
  private final int[] counts;
  private final char[] seen;
  private int distinct;

  /**
   * Prepares for texts of which no more than the first so many characters are looked at.
   *
   * @param characters UTF-16 units
   */
  TermWeights(Vocabulary vocabulary, int characters) {
    this.vocabulary = vocabulary;
    this.characters = characters;
    this.counts = new int[vocabulary.size()];
    this.seen = new char[vocabulary.size()];
  }

  /** The vector of a text; empty where it has no term of the vocabulary. */
  SparseVector vector(String text) {
    distinct = 0;
    Words.forEach(text, characters, this::count);
    char[] terms = new char[distinct];
    float[] weights = new float[distinct];
    double squares = 0;
    for (int i = 0; i < distinct; i++) {
      int term = seen[i];
      float weight =
          COUNT_WEIGHTS[Math.min(counts[term], COUNT_WEIGHTS.length - 1)] * vocabulary.rarity(term);
      counts[term] = 0;
      terms[i] = seen[i];
      weights[i] = weight;
      squares += (double) weight * weight;
    }
    double length = Math.sqrt(squares);
    for (int i = 0; i < distinct; i++) {
      weights[i] = (float) (weights[i] / length);
    }
    return new SparseVector(terms, weights);
  }

  private void count(String word) {
    Integer number = vocabulary.number(word);
    if (number != null) {
      int term = number;
      if (counts[term]++ == 0) {
        seen[distinct++] = (char) term;
      }
    }
  }

  private static float[] countWeights() {
    float[] weights = new float[1024];
    for (int count = 1; count < weights.length; count++) {
      weights[count] = (float) (1 + StrictMath.log(count));
    }
    return weights;
  }
}
