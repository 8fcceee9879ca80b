package io.gradus.jobs.quickstart;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells English from other European languages by the share of function words that are common in
 * English and rare in the others ("in" or "for", say, are words of several). Meant for texts of
 * some length: among the parliament's passages none in another language comes near the threshold,
 * and no English one falls below it; among the licences a few of one sentence do.
 */
final class EnglishFilter {
  private static final Set<String> WORDS =
      Set.of(
          "the", "of", "and", "that", "this", "which", "with", "are", "has", "their", "been",
          "from", "they", "would");
  private static final double THRESHOLD = 0.07;
  private static final Pattern WORD = Pattern.compile("\\p{L}+");

  static boolean accepts(String text) {
    long words = 0;
    long english = 0;
    Matcher word = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (word.find()) {
      words++;
      if (WORDS.contains(word.group())) {
        english++;
      }
    }
    return english > 0 && english >= THRESHOLD * words;
  }

  private EnglishFilter() {}
}
