package io.gradus.jobs.topics;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import scala.Tuple2;

/** The terms that documents are compared by, and how much each of them tells. */
final class Vocabulary implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String[] terms;
  private final float[] rarities;
  private final Map<String, Integer> numbers = new HashMap<>();

  /**
   * A vocabulary.
   *
   * @param frequencies how many documents of the sample there are, beside any text, and then each
   *     term with how many of them have it; or nothing
   */
  Vocabulary(List<Tuple2<String, Integer>> frequencies) {
    terms = new String[Math.max(0, frequencies.size() - 1)];
    rarities = new float[terms.length];
    for (int term = 0; term < terms.length; term++) {
      terms[term] = frequencies.get(term + 1)._1();
      rarities[term] = rarity(frequencies.get(term + 1)._2(), frequencies.get(0)._2());
      numbers.put(terms[term], term);
    }
  }

  /**
   * The inverse document frequency (Spärck Jones 1972), with one document more than there are:
   * about 0 for a word that all documents have, in any language, and still above 0 in a corpus of
   * one. StrictMath, since it gives the same bits on every machine.
   */
  private static float rarity(int documentsWith, int documents) {
    return (float) StrictMath.log((documents + 1.0) / documentsWith);
  }

  int size() {
    return terms.length;
  }

  String term(int number) {
    return terms[number];
  }

  /** How much a term tells. */
  float rarity(int number) {
    return rarities[number];
  }

  /** The term's number, or null where it is not in the vocabulary. */
  Integer number(String term) {
    return numbers.get(term);
  }
}
