package io.gradus.common.configuration;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a misspelt word was meant to be. */
public final class Suggestion {
  private Suggestion() {}

  /** The nearest known word by edit distance, if it is near enough to be meant. */
  public static Optional<String> nearest(String word, Collection<String> known) {
    return known.stream()
        .min(
            Comparator.comparingInt((String candidate) -> distance(word, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .filter(
            candidate ->
                distance(word, candidate) <= Math.max(2, candidate.length() / 3)
                    || candidate.startsWith(word)
                    || word.startsWith(candidate));
  }

  /** Levenshtein's distance. */
  static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int above = row[j];
        int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j] + 1, row[j - 1] + 1), diagonal + change);
        diagonal = above;
      }
    }
    return row[right.length()];
  }
}
