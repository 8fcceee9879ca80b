package io.gradus.jobs.rate;

import com.github.luben.zstd.Zstd;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A text cut into words and sentences once, and what is measured on them. A word is a run of
 * letters, digits and combining marks, with apostrophes inside; a sentence ends at {@code . ! ?}
 * (also in their wide forms) before white space, and at an empty line.
 */
final class TextMeasures {
  private static final int ZSTD_LEVEL = 3;
  private static final double MTLD_THRESHOLD = 0.72;
  private static final List<String> STOP_WORDS =
      List.of("the", "be", "to", "of", "and", "that", "have", "with");

  private final String text;
  private final List<String> words = new ArrayList<>();
  private final Map<String, String> distinctWords = new HashMap<>();
  private int sentences;
  private GopherSignals gopher;

  TextMeasures(String text) {
    this.text = text;
    scan();
  }

  int words() {
    return words.size();
  }

  int sentences() {
    return sentences;
  }

  /**
   * UTF-8 bytes of the text over bytes after zstd at level 3: the higher, the more the text repeats
   * itself. Shaib et al. 2024, "Standardizing the Measurement of Text Diversity" (arXiv
   * 2403.00553), section 2, with zstd for gzip. Any language.
   */
  double compressionRatio() {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return bytes.length == 0
        ? Double.NaN
        : (double) bytes.length / Zstd.compress(bytes, ZSTD_LEVEL).length;
  }

  /**
   * MTLD, the mean length in words of the stretches over which the ratio of distinct words to words
   * stays above 0.72, read forwards and backwards. McCarthy and Jarvis 2010, "MTLD, vocd-D, and
   * HD-D: A validation study of sophisticated approaches to lexical diversity assessment", Behavior
   * Research Methods 42(2). Any language that puts spaces between words.
   */
  double lexicalDiversity() {
    if (words.isEmpty()) {
      return Double.NaN;
    }
    List<String> backwards = new ArrayList<>(words);
    Collections.reverse(backwards);
    return (stretchLength(words) + stretchLength(backwards)) / 2;
  }

  private static double stretchLength(List<String> words) {
    double stretches = 0;
    Set<String> distinct = new HashSet<>();
    int length = 0;
    for (String word : words) {
      distinct.add(word);
      length++;
      if ((double) distinct.size() / length <= MTLD_THRESHOLD) {
        stretches++;
        distinct.clear();
        length = 0;
      }
    }
    if (length > 0) {
      stretches += (1 - (double) distinct.size() / length) / (1 - MTLD_THRESHOLD);
    }
    // Where no word comes twice the measure has no bound; the text's length is what is known.
    return stretches == 0 ? words.size() : words.size() / stretches;
  }

  /**
   * Flesch's reading ease, {@code 206.835 - 1.015 words/sentences - 84.6 syllables/words}: about
   * 100 for very easy, below 30 for very hard English. Flesch 1948, "A new readability yardstick",
   * Journal of Applied Psychology 32(3). Syllables are estimated as runs of vowels less a silent
   * final e. English; a plain trend in other alphabetic languages.
   */
  double readingEase() {
    if (words.isEmpty()) {
      return Double.NaN;
    }
    long syllables = words.stream().mapToLong(TextMeasures::syllables).sum();
    return 206.835 - 1.015 * words.size() / sentences - 84.6 * syllables / words.size();
  }

  /** An English word's syllables: runs of vowels, less a silent final e, at least one. */
  static int syllables(String word) {
    int runs = 0;
    boolean inVowels = false;
    for (int i = 0; i < word.length(); i++) {
      boolean vowel = "aeiouyàáâäèéêëìíîïòóôöùúûü".indexOf(word.charAt(i)) >= 0;
      if (vowel && !inVowels) {
        runs++;
      }
      inVowels = vowel;
    }
    boolean silent =
        word.length() > 2
            && word.endsWith("e")
            && "aeiouy".indexOf(word.charAt(word.length() - 2)) < 0
            && !(word.endsWith("le") && "aeiouy".indexOf(word.charAt(word.length() - 3)) < 0);
    return Math.max(1, silent ? runs - 1 : runs);
  }

  /**
   * Characters per word, of which good running text has 3 to 10: Rae et al. 2021, "Scaling Language
   * Models: Methods, Analysis & Insights from Training Gopher" (arXiv 2112.11446), appendix A.1.1.
   */
  double meanWordLength() {
    return words.stream()
        .mapToInt(word -> word.codePointCount(0, word.length()))
        .average()
        .orElse(Double.NaN);
  }

  /**
   * How many of eight frequent English words come at all, in upper or lower case; running English
   * text has 2 or more: Rae et al. 2021 (arXiv 2112.11446), appendix A.1.1. English only.
   */
  double stopWordCount() {
    return STOP_WORDS.stream().filter(distinctWords::containsKey).count();
  }

  /** The other signals of that paper; read from the text when first asked for. */
  GopherSignals gopher() {
    if (gopher == null) {
      gopher = new GopherSignals(text);
    }
    return gopher;
  }

  private void scan() {
    int wordStart = -1;
    boolean wordsSinceEnd = false;
    int position = 0;
    int newlines = 0;
    while (position < text.length()) {
      int character = text.codePointAt(position);
      int next = position + Character.charCount(character);
      if (isWordPart(character) || (wordStart >= 0 && joins(character, next))) {
        if (wordStart < 0) {
          wordStart = position;
        }
        newlines = 0;
      } else {
        if (wordStart >= 0) {
          addWord(text.substring(wordStart, position));
          wordStart = -1;
          wordsSinceEnd = true;
        }
        if (!Character.isWhitespace(character)) {
          newlines = 0;
        } else if (character == '\n') {
          newlines++;
        }
        if (wordsSinceEnd && (endsSentence(character, next) || newlines == 2)) {
          sentences++;
          wordsSinceEnd = false;
        }
      }
      position = next;
    }
    if (wordStart >= 0) {
      addWord(text.substring(wordStart));
      wordsSinceEnd = true;
    }
    if (wordsSinceEnd) {
      sentences++;
    }
  }

  /** Keeps one string for all occurrences of a word: long documents repeat theirs. */
  private void addWord(String word) {
    words.add(distinctWords.computeIfAbsent(word.toLowerCase(Locale.ROOT), key -> key));
  }

  private static boolean isWordPart(int character) {
    if (Character.isLetterOrDigit(character)) {
      return true;
    }
    int type = Character.getType(character);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  private boolean joins(int character, int next) {
    return (character == '\'' || character == '\u2019')
        && next < text.length()
        && isWordPart(text.codePointAt(next));
  }

  private boolean endsSentence(int character, int next) {
    return switch (character) {
      case '。', '！', '？' -> true;
      case '.', '!', '?' -> {
        int after = next;
        while (after < text.length() && "\"')]”’.!?".indexOf(text.charAt(after)) >= 0) {
          after++;
        }
        yield after == text.length() || Character.isWhitespace(text.charAt(after));
      }
      default -> false;
    };
  }
}
