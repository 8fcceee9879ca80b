package io.gradus.jobs.ingest;

import java.util.Arrays;

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

  /**
   * Words by their hash, those at one place with the ones that come often to the front. Threads
   * share them without a lock: a word is immutable, and one that is lost is looked up again.
   */
  private final Word[] words = new Word[PLACE << PLACE_BITS];

  RememberedWords(Tokenizer tokenizer, WordBorders borders) {
    this.tokenizer = tokenizer;
    this.borders = borders;
  }

  // Its array is read here only.
  @SuppressWarnings("ArrayRecordComponent")
  private record Word(String text, int[] tokens) {}

  @Override
  public int[] encode(String text) {
    Tokens tokens = new Tokens(text.length() / 3 + 8);
    int seen = 0;
    int unknown = 0;
    // Words too long to be remembered wait here, to be looked up together.
    int waiting = 0;
    int begin = 0;
    while (begin < text.length()) {
      int hash = 0;
      int end = begin;
      char last;
      do {
        last = text.charAt(end++);
        hash = (hash ^ last) * SPREAD;
      } while (end < text.length() && !borders.isBorder(last, text.charAt(end)));
      seen++;
      if (end - begin <= LONGEST_WORD) {
        int place = (hash >>> -PLACE_BITS) * PLACE;
        Word word = find(place, text, begin, end);
        if (word == null) {
          unknown++;
          if (unknown > LEAST_UNKNOWN + seen / WORDS_PER_UNKNOWN) {
            break;
          }
          word = learn(place, text.substring(begin, end));
        }
        if (waiting < begin) {
          tokens.add(tokenizer.encode(text.substring(waiting, begin)));
        }
        tokens.add(word.tokens());
        waiting = end;
      }
      begin = end;
    }
    if (waiting < text.length()) {
      tokens.add(tokenizer.encode(text.substring(waiting)));
    }
    return tokens.toArray();
  }

  private Word find(int place, String text, int begin, int end) {
    for (int slot = place; slot < place + PLACE; slot++) {
      Word word = words[slot];
      if (word != null && isAt(word, text, begin, end)) {
        if (slot > place) {
          words[slot] = words[slot - 1];
          words[slot - 1] = word;
        }
        return word;
      }
    }
    return null;
  }

  private static boolean isAt(Word word, String text, int begin, int end) {
    return word.text().length() == end - begin && text.startsWith(word.text(), begin);
  }

  private Word learn(int place, String text) {
    Word word = new Word(text, tokenizer.encode(text));
    System.arraycopy(words, place, words, place + 1, PLACE - 1);
    words[place] = word;
    return word;
  }

  private static final class Tokens {
    private int[] tokens;
    private int count;

    Tokens(int capacity) {
      tokens = new int[capacity];
    }

    void add(int[] more) {
      if (more.length > tokens.length - count) {
        tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, count + more.length));
      }
      // Words have one or two tokens, for which a copy as a whole is slower.
      for (int token : more) {
        tokens[count++] = token;
      }
    }

    int[] toArray() {
      return count == tokens.length ? tokens : Arrays.copyOf(tokens, count);
    }
  }
}
