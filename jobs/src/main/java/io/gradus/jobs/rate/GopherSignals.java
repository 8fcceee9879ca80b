package io.gradus.jobs.rate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The signals of a document by which Gopher's training texts were filtered: Rae et al. 2021,
 * "Scaling Language Models: Methods, Analysis & Insights from Training Gopher" (arXiv 2112.11446),
 * appendix A.1.1, sections "Quality filtering" and "Repetition removal", the latter with its
 * thresholds in table A1. The paper leaves some things open; here
 *
 * <ul>
 *   <li>a word is what stands between white space, so these signals mean little in languages that
 *       put no spaces between words;
 *   <li>a line is what stands between line breaks, stripped, if anything is left of it; a paragraph
 *       is a run of such lines without a blank one between them;
 *   <li>a duplicate is what has come before in the text, so the first of equal pieces is none, and
 *       a fraction is what would go if duplicates were removed;
 *   <li>characters are code points without the white space between the pieces, so that every
 *       fraction lies between 0 and 1.
 * </ul>
 */
final class GopherSignals {
  private static final String BULLETS = "\u2022\u2023\u2043\u25e6\u25aa\u25cf*-";

  private final String text;
  private final List<String> words;
  private final List<String> lines = new ArrayList<>();
  private final List<String> paragraphs = new ArrayList<>();
  private Duplicates duplicateLines;
  private Duplicates duplicateParagraphs;
  private RepeatedNGrams repeatedNGrams;

  GopherSignals(String text) {
    this.text = text;
    this.words = splitWords(text);
    List<String> paragraph = new ArrayList<>();
    text.lines()
        .map(String::strip)
        .forEach(
            line -> {
              if (line.isEmpty()) {
                endParagraph(paragraph);
              } else {
                lines.add(line);
                paragraph.add(line);
              }
            });
    endParagraph(paragraph);
  }

  private void endParagraph(List<String> paragraph) {
    if (!paragraph.isEmpty()) {
      paragraphs.add(String.join("\n", paragraph));
      paragraph.clear();
    }
  }

  /** Hash signs over words; Gopher allowed 0.1. */
  double hashToWordRatio() {
    return ratio(text.chars().filter(character -> character == '#').count(), words.size());
  }

  /** Ellipses, as three dots or as one character, over words; Gopher allowed 0.1. */
  double ellipsisToWordRatio() {
    return ratio(countEllipses(text), words.size());
  }

  /** Lines that start with a bullet point, a star or a hyphen; Gopher allowed 0.9. */
  double bulletLineFraction() {
    return ratio(
        lines.stream().filter(l -> BULLETS.indexOf(l.charAt(0)) >= 0).count(), lines.size());
  }

  /** Lines that end with an ellipsis; Gopher allowed 0.3. */
  double ellipsisLineFraction() {
    return ratio(
        lines.stream().filter(l -> l.endsWith("...") || l.endsWith("\u2026")).count(),
        lines.size());
  }

  /** Words with a letter, of any alphabet; Gopher asked for 0.8. */
  double alphabeticWordFraction() {
    return ratio(
        words.stream().filter(w -> w.codePoints().anyMatch(Character::isLetter)).count(),
        words.size());
  }

  private Duplicates duplicateLines() {
    if (duplicateLines == null) {
      duplicateLines = Duplicates.of(lines);
    }
    return duplicateLines;
  }

  private Duplicates duplicateParagraphs() {
    if (duplicateParagraphs == null) {
      duplicateParagraphs = Duplicates.of(paragraphs);
    }
    return duplicateParagraphs;
  }

  /** Lines that are duplicates; Gopher allowed 0.30. Any language. */
  double duplicateLineFraction() {
    return duplicateLines().fraction();
  }

  /** Characters of the lines that are duplicates; Gopher allowed 0.20. Any language. */
  double duplicateLineCharacterFraction() {
    return duplicateLines().characterFraction();
  }

  /** Paragraphs that are duplicates; Gopher allowed 0.30. Any language. */
  double duplicateParagraphFraction() {
    return duplicateParagraphs().fraction();
  }

  /** Characters of the paragraphs that are duplicates; Gopher allowed 0.20. Any language. */
  double duplicateParagraphCharacterFraction() {
    return duplicateParagraphs().characterFraction();
  }

  /**
   * Characters inside the most frequent n-gram of words, all its occurrences together; 0 where no
   * n-gram comes twice. Of equally frequent ones it is the one with the most characters. Gopher
   * allowed 0.20, 0.18 and 0.16.
   *
   * @param n 2 to 4
   */
  double topNGramCharacterFraction(int n) {
    return repeatedNGrams().topCharacterFraction(n);
  }

  /**
   * Characters inside n-grams of words that are duplicates, those of overlapping n-grams counted
   * once. Gopher allowed 0.15, 0.14, 0.13, 0.12, 0.11 and 0.10.
   *
   * @param n 5 to 10
   */
  double duplicateNGramCharacterFraction(int n) {
    return repeatedNGrams().duplicateCharacterFraction(n);
  }

  /** The costly part, for those who ask for it. */
  private RepeatedNGrams repeatedNGrams() {
    if (repeatedNGrams == null) {
      repeatedNGrams = new RepeatedNGrams(words);
    }
    return repeatedNGrams;
  }

  /** What of pieces of text has come before. */
  private record Duplicates(double fraction, double characterFraction) {
    static Duplicates of(List<String> pieces) {
      Set<String> seen = new HashSet<>();
      long all = 0;
      long duplicates = 0;
      long duplicateCharacters = 0;
      for (String piece : pieces) {
        int length = piece.codePointCount(0, piece.length());
        all += length;
        if (!seen.add(piece)) {
          duplicates++;
          duplicateCharacters += length;
        }
      }
      return new Duplicates(ratio(duplicates, pieces.size()), ratio(duplicateCharacters, all));
    }
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? Double.NaN : (double) part / whole;
  }

  /** Keeps one string for all occurrences of a word. */
  private static List<String> splitWords(String text) {
    List<String> words = new ArrayList<>();
    Map<String, String> distinct = new HashMap<>();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || isWhiteSpace(text.charAt(i))) {
        if (start < i) {
          words.add(distinct.computeIfAbsent(text.substring(start, i), word -> word));
        }
        start = i + 1;
      }
    }
    return words;
  }

  private static boolean isWhiteSpace(char character) {
    return Character.isWhitespace(character) || Character.isSpaceChar(character);
  }

  /** Runs of dots are read from the left, three at a time. */
  private static int countEllipses(String text) {
    int count = 0;
    int dots = 0;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      dots = character == '.' ? dots + 1 : 0;
      if (dots == 3 || character == '\u2026') {
        count++;
        dots = 0;
      }
    }
    return count;
  }
}
