package io.gradus.jobs.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A tokenizer that keeps the tokens of words that it has seen: most words of any text are a few
 * thousand ones. What it keeps is bounded and touches speed alone, never the tokens.
 */
final class RememberedWords implements Tokenizer {
  /** Longer words seldom come again. */
  private static final int LONGEST_WORD = 32;

  private static final int PLACE_BITS = 15;

  /** Words that share a place. */
  private static final int PLACE = 4;

  /** 2^32 over the golden ratio. */
  private static final int SPREAD = 0x9e3779b9;

  /** Unknown words of a text that are looked up one by one, whatever its other words are. */
  private static final int LEAST_UNKNOWN = 32;

  /** The others too, while at most one in so many words is unknown: each costs as two do whole. */
  private static final int WORDS_PER_UNKNOWN = 3;

  private final Tokenizer tokenizer;
  private final WordBorders borders;
  private final List<String> uncut;

  /**
   * Words by their hash, those at one place with the ones that come often to the front. A word is
   * one array, so that it lies together in memory: the number of its characters, these, and its
   * tokens. Threads share words without a lock; one that is lost is looked up again.
   */
  private final AtomicReferenceArray<int[]> words = new AtomicReferenceArray<>(PLACE << PLACE_BITS);

  /**
   * A tokenizer with nothing in its memory yet.
   *
   * @param uncut a text that has one of these in it is tokenized as a whole
   */
  RememberedWords(Tokenizer tokenizer, WordBorders borders, List<String> uncut) {
    this.tokenizer = tokenizer;
    this.borders = borders;
    this.uncut = uncut;
  }

  /** All {@link WordBorders} have those. */
  @Override
  public boolean isCutAtSpaces() {
    return uncut.isEmpty();
  }

  @Override
  public int[] encode(String text) {
    for (String token : uncut) {
      if (text.contains(token)) {
        return tokenizer.encode(text);
      }
    }
    char[] characters = text.toCharArray();
    Tokens tokens = new Tokens(text.length() / 3 + 8);
    int seen = 0;
    int unknown = 0;
    // Words too long to be remembered wait here, to be looked up together.
    int waiting = 0;
    int begin = 0;
    while (begin < characters.length) {
      int hash = 0;
      int end = begin;
      char last;
      do {
        last = characters[end++];
        hash = (hash ^ last) * SPREAD;
      } while (end < characters.length && !borders.isBorder(last, characters[end]));
      seen++;
      if (end - begin <= LONGEST_WORD) {
        int place = (hash >>> -PLACE_BITS) * PLACE;
        int[] word = find(place, characters, begin, end);
        if (word == null) {
          unknown++;
          if (unknown > LEAST_UNKNOWN + seen / WORDS_PER_UNKNOWN) {
            break;
          }
          word = learn(place, text.substring(begin, end));
        }
        if (waiting < begin) {
          tokens.add(tokenizer.encode(text.substring(waiting, begin)), 0);
        }
        tokens.add(word, 1 + word[0]);
        waiting = end;
      }
      begin = end;
    }
    if (waiting < characters.length) {
      tokens.add(tokenizer.encode(text.substring(waiting)), 0);
    }
    return tokens.toArray();
  }

  private int[] find(int place, char[] text, int begin, int end) {
    for (int slot = place; slot < place + PLACE; slot++) {
      int[] word = words.getAcquire(slot);
      if (word != null && isAt(word, text, begin, end)) {
        if (slot > place) {
          words.setRelease(slot, words.getAcquire(slot - 1));
          words.setRelease(slot - 1, word);
        }
        return word;
      }
    }
    return null;
  }

  private static boolean isAt(int[] word, char[] text, int begin, int end) {
    if (word[0] != end - begin) {
      return false;
    }
    for (int i = begin; i < end; i++) {
      if (word[1 + i - begin] != text[i]) {
        return false;
      }
    }
    return true;
  }

  private int[] learn(int place, String text) {
    int[] tokens = tokenizer.encode(text);
    int[] word = new int[1 + text.length() + tokens.length];
    word[0] = text.length();
    for (int i = 0; i < text.length(); i++) {
      word[1 + i] = text.charAt(i);
    }
    System.arraycopy(tokens, 0, word, 1 + text.length(), tokens.length);
    for (int slot = place + PLACE - 1; slot > place; slot--) {
      words.setRelease(slot, words.getAcquire(slot - 1));
    }
    words.setRelease(place, word);
    return word;
  }

  private static final class Tokens {
    private int[] tokens;
    private int count;

    Tokens(int capacity) {
      tokens = new int[capacity];
    }

    /** Adds tokens that begin somewhere in an array. */
    void add(int[] more, int from) {
      if (more.length - from > tokens.length - count) {
        tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, count + more.length - from));
      }
      // Words have one or two tokens, for which a copy as a whole is slower.
      for (int i = from; i < more.length; i++) {
        tokens[count++] = more[i];
      }
    }

    int[] toArray() {
      return count == tokens.length ? tokens : Arrays.copyOf(tokens, count);
    }
  }
}
