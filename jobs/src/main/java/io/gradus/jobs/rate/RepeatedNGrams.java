package io.gradus.jobs.rate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * How much of a text lies in n-grams of words that come more than once, for n from 2 to 10. An
 * n-gram can only come twice where both its (n-1)-grams do, so each length looks no further than at
 * what the one before it left: time and memory grow with the text, and little is left of a text
 * that does not repeat itself. N-grams are told apart by numbers, not by hashes, so no two are ever
 * taken for one.
 */
final class RepeatedNGrams {
  private static final int LONGEST = 10;
  private static final int UNIQUE = -1;

  private final int[] words;
  private final int[] lengths;
  private final long characters;
  private final double[] top = new double[LONGEST + 1];
  private final double[] duplicate = new double[LONGEST + 1];

  /** Numbers the words and measures all lengths. */
  RepeatedNGrams(List<String> text) {
    words = new int[text.size()];
    lengths = new int[text.size()];
    Map<String, Integer> numbers = new HashMap<>();
    long sum = 0;
    for (int i = 0; i < words.length; i++) {
      String word = text.get(i);
      words[i] = numbers.computeIfAbsent(word, key -> numbers.size());
      lengths[i] = word.codePointCount(0, word.length());
      sum += lengths[i];
    }
    characters = sum;
    int[] shorter = repeatedWords(numbers.size());
    for (int n = 2; n <= LONGEST; n++) {
      Numbered numbered = number(shorter, n);
      top[n] = fraction(numbered.topCharacters());
      duplicate[n] = fraction(numbered.duplicateCharacters());
      shorter = numbered.repeated();
    }
  }

  private int[] repeatedWords(int distinct) {
    int[] counts = new int[distinct];
    for (int word : words) {
      counts[word]++;
    }
    return Arrays.stream(words).map(word -> counts[word] > 1 ? word : UNIQUE).toArray();
  }

  /** Characters inside the most frequent n-gram; 0 where none comes twice. */
  double topCharacterFraction(int n) {
    return top[n];
  }

  /** Characters inside n-grams that have come before, each character once. */
  double duplicateCharacterFraction(int n) {
    return duplicate[n];
  }

  private double fraction(long part) {
    return characters == 0 ? Double.NaN : (double) part / characters;
  }

  /**
   * Numbers the n-grams by their first occurrence.
   *
   * @param shorter for each word the number of the (n-1)-gram that starts there, or UNIQUE
   */
  private Numbered number(int[] shorter, int n) {
    int positions = Math.max(0, words.length - n + 1);
    int[] numbers = new int[positions];
    int candidates = 0;
    for (int i = 0; i < positions; i++) {
      boolean candidate = shorter[i] != UNIQUE && shorter[i + 1] != UNIQUE;
      numbers[i] = candidate ? 0 : UNIQUE;
      candidates += candidate ? 1 : 0;
    }
    PairNumbers pairs = new PairNumbers();
    int[] starts = new int[candidates];
    int[] counts = new int[candidates];
    for (int i = 0; i < positions; i++) {
      if (numbers[i] != UNIQUE) {
        int number = pairs.number(shorter[i], words[i + n - 1]);
        if (counts[number]++ == 0) {
          starts[number] = i;
        }
        numbers[i] = number;
      }
    }
    return new Numbered(n, numbers, starts, Arrays.copyOf(counts, pairs.size()));
  }

  /** The n-grams of one length that may come twice. */
  private final class Numbered {
    private final int n;
    private final int[] numbers;
    private final int[] starts;
    private final int[] counts;

    /**
     * The n-grams of one length.
     *
     * @param numbers by position in the text, the n-gram that starts there, or UNIQUE
     * @param starts by n-gram, where it comes first
     * @param counts by n-gram, how often it comes
     */
    Numbered(int n, int[] numbers, int[] starts, int[] counts) {
      this.n = n;
      this.numbers = numbers;
      this.starts = starts;
      this.counts = counts;
    }

    long duplicateCharacters() {
      return covered(i -> i != starts[numbers[i]]);
    }

    long topCharacters() {
      int best = UNIQUE;
      for (int number = 0; number < counts.length; number++) {
        if (counts[number] > 1
            && (best == UNIQUE
                || counts[number] > counts[best]
                || (counts[number] == counts[best] && length(number) > length(best)))) {
          best = number;
        }
      }
      int chosen = best;
      return chosen == UNIQUE ? 0 : covered(i -> numbers[i] == chosen);
    }

    /** By position, the n-gram that starts there, or UNIQUE where it comes nowhere else. */
    int[] repeated() {
      return Arrays.stream(numbers)
          .map(number -> number != UNIQUE && counts[number] > 1 ? number : UNIQUE)
          .toArray();
    }

    private long length(int number) {
      long sum = 0;
      for (int i = starts[number]; i < starts[number] + n; i++) {
        sum += lengths[i];
      }
      return sum;
    }

    /** Characters of the words inside the wanted n-grams, each word once. */
    private long covered(IntPredicate wanted) {
      long sum = 0;
      int next = 0;
      for (int i = 0; i < numbers.length; i++) {
        if (numbers[i] != UNIQUE && wanted.test(i)) {
          for (next = Math.max(next, i); next < i + n; next++) {
            sum += lengths[next];
          }
        }
      }
      return sum;
    }
  }

  /** Numbers distinct pairs of numbers from 0 in the order in which they come. */
  private static final class PairNumbers {
    /** A power of two of slots, at most three quarters full; number 0 is an empty slot. */
    private long[] pairs = new long[1 << 10];

    private int[] numbers = new int[1 << 10];
    private int size;

    int size() {
      return size;
    }

    int number(int first, int second) {
      long pair = ((long) first << Integer.SIZE) | second;
      int slot = slot(pair);
      if (numbers[slot] != 0) {
        return numbers[slot] - 1;
      }
      if (4L * size >= 3L * pairs.length) {
        grow();
        slot = slot(pair);
      }
      pairs[slot] = pair;
      size++;
      numbers[slot] = size;
      return size - 1;
    }

    /** Where the pair is, or belongs. */
    private int slot(long pair) {
      // Fibonacci hashing: the highest bits of the product with the golden ratio.
      int slot =
          (int) ((pair * 0x9e3779b97f4a7c15L) >>> (Long.numberOfLeadingZeros(pairs.length) + 1));
      while (numbers[slot] != 0 && pairs[slot] != pair) {
        slot = (slot + 1) & (pairs.length - 1);
      }
      return slot;
    }

    private void grow() {
      long[] oldPairs = pairs;
      int[] oldNumbers = numbers;
      pairs = new long[2 * oldPairs.length];
      numbers = new int[pairs.length];
      for (int i = 0; i < oldPairs.length; i++) {
        if (oldNumbers[i] != 0) {
          int slot = slot(oldPairs[i]);
          pairs[slot] = oldPairs[i];
          numbers[slot] = oldNumbers[i];
        }
      }
    }
  }
}
