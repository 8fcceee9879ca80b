package io.gradus.jobs.topics;

import java.lang.Character.UnicodeScript;
import java.util.function.Consumer;

/**
 * Cuts a text into terms, whatever its language: runs of letters and their marks in lower case; a
 * run of digits becomes {@link #NUMBER}, whichever number it is; scripts that are written without
 * spaces give overlapping pairs of characters. Single letters, and runs so long that they are no
 * words, are left out.
 */
final class Words {
  /** Stands for every number. */
  static final String NUMBER = "0";

  private static final int SHORTEST = 2;
  private static final int LONGEST = 40;

  private enum Kind {
    LETTER,
    UNSPACED,
    DIGIT,
    OTHER
  }

  private Words() {}

  /**
   * Hands over the terms of a text in their order.
   *
   * @param characters no more than so many UTF-16 units are looked at
   */
  static void forEach(String text, int characters, Consumer<String> terms) {
    int end = Math.min(text.length(), characters);
    StringBuilder run = new StringBuilder();
    Kind kind = Kind.OTHER;
    int length = 0;
    for (int i = 0; i < end; ) {
      int codePoint = text.codePointAt(i);
      Kind next = kind(codePoint, kind);
      if (next != kind) {
        finish(kind, run, length, terms);
        run.setLength(0);
        length = 0;
        kind = next;
      }
      if (kind == Kind.LETTER && length <= LONGEST) {
        run.appendCodePoint(Character.toLowerCase(codePoint));
        length++;
      } else if (kind == Kind.UNSPACED) {
        if (length > 0) {
          terms.accept(run.appendCodePoint(codePoint).toString());
          run.setLength(0);
        }
        run.appendCodePoint(codePoint);
        length++;
      }
      i += Character.charCount(codePoint);
    }
    finish(kind, run, length, terms);
  }

  private static void finish(Kind kind, StringBuilder run, int length, Consumer<String> terms) {
    switch (kind) {
      case LETTER -> {
        if (length >= SHORTEST && length <= LONGEST) {
          terms.accept(run.toString());
        }
      }
      case UNSPACED -> {
        if (length == 1) {
          terms.accept(run.toString());
        }
      }
      case DIGIT -> terms.accept(NUMBER);
      case OTHER -> {}
    }
  }

  private static Kind kind(int codePoint, Kind before) {
    if (codePoint < 128) {
      int lower = codePoint | 0x20;
      return lower >= 'a' && lower <= 'z'
          ? Kind.LETTER
          : codePoint >= '0' && codePoint <= '9' ? Kind.DIGIT : Kind.OTHER;
    }
    if (Character.isDigit(codePoint)) {
      return Kind.DIGIT;
    }
    if (Character.isLetter(codePoint)) {
      return unspaced(codePoint) ? Kind.UNSPACED : Kind.LETTER;
    }
    return switch (Character.getType(codePoint)) {
      // A mark belongs to the letter before it.
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK ->
          before == Kind.DIGIT ? Kind.OTHER : before;
      default -> Kind.OTHER;
    };
  }

  private static boolean unspaced(int codePoint) {
    return switch (UnicodeScript.of(codePoint)) {
      case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
      default -> false;
    };
  }
}
