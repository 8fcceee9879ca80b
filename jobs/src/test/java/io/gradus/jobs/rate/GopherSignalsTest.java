package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class GopherSignalsTest {
  private static final Offset<Double> EXACT = within(1e-12);

  private static GopherSignals signals(String text) {
    return new GopherSignals(text);
  }

  @Test
  void symbolsAreCountedByWord() {
    assertThat(signals("#one two# #").hashToWordRatio()).isEqualTo(1.0);
    // "..", "...", ".....", "......" and one character: 0 + 1 + 1 + 2 + 1 in 5 words.
    assertThat(signals("a.. b... c..... d...... e\u2026").ellipsisToWordRatio()).isEqualTo(1.0);
  }

  @Test
  void linesStartWithBulletPointsAndEndWithEllipses() {
    GopherSignals signals =
        signals("\u2022 one\n  - two...\r\n\n* three \u2026  \nfour\n\t\nfive - six");
    assertThat(signals.bulletLineFraction()).isEqualTo(3.0 / 5);
    assertThat(signals.ellipsisLineFraction()).isEqualTo(2.0 / 5);
  }

  @Test
  void wordsWithALetterOfAnyAlphabet() {
    assertThat(signals("3rd, \u0416! \u4e2d 1,234\u00a0-- \ud835\udd38").alphabeticWordFraction())
        .isEqualTo(4.0 / 6);
  }

  @Test
  void stopWordsAreCountedOnce() {
    assertThat(new TextMeasures("The theory, and the end").stopWordCount()).isEqualTo(2);
    assertThat(new TextMeasures("With that, to have OF be-and the").stopWordCount()).isEqualTo(8);
    assertThat(new TextMeasures("Der Berg").stopWordCount()).isZero();
  }

  @Test
  void linesThatCameBeforeAreDuplicates() {
    // Lines of 2, 4, 2, 2 and 1 characters, of which the third and the fourth repeat the first.
    GopherSignals signals = signals("ab\n cdef \n\nab\r\nab\ng");
    assertThat(signals.duplicateLineFraction()).isEqualTo(2.0 / 5);
    assertThat(signals.duplicateLineCharacterFraction()).isEqualTo(4.0 / 11);
  }

  @Test
  void paragraphsThatCameBeforeAreDuplicates() {
    // Paragraphs "a\nb", "c", "a\nb", "b": only the third came before.
    GopherSignals signals = signals("\na\nb\n\nc\n \t\na \nb\n\n\nb");
    assertThat(signals.duplicateParagraphFraction()).isEqualTo(1.0 / 4);
    assertThat(signals.duplicateParagraphCharacterFraction()).isEqualTo(3.0 / 8);
    assertThat(signals.duplicateLineFraction()).isEqualTo(3.0 / 6);
  }

  @Test
  void charactersInTheMostFrequentNGram() {
    // "of the" three times in 12 words: 3 x 5 of 2+3+4+2+3+5+2+3+3+1+1+1 characters.
    GopherSignals signals = signals("of the best of the worst of the two a b c");
    assertThat(signals.topNGramCharacterFraction(2)).isCloseTo(15.0 / 30, EXACT);
    assertThat(signals.topNGramCharacterFraction(3)).isZero();
  }

  @Test
  void ofEquallyFrequentNGramsTheLongestCounts() {
    assertThat(signals("a b x a b y long word z long word").topNGramCharacterFraction(2))
        .isCloseTo(16.0 / 23, EXACT);
  }

  @Test
  void overlappingOccurrencesAreCountedOnce() {
    assertThat(signals("a a a a b").topNGramCharacterFraction(2)).isCloseTo(4.0 / 5, EXACT);
    // The second to sixth 5-gram of ten a's repeat the first: all but the first a.
    assertThat(signals("a a a a a a a a a a").duplicateNGramCharacterFraction(5))
        .isCloseTo(9.0 / 10, EXACT);
    assertThat(signals("a a a a a a a a a a").duplicateNGramCharacterFraction(10)).isZero();
  }

  @Test
  void charactersInNGramsThatCameBefore() {
    // The last six words repeat the first six: 6 characters of 13.
    GopherSignals signals = signals("a b c d e f x a b c d e f");
    assertThat(signals.duplicateNGramCharacterFraction(5)).isCloseTo(6.0 / 13, EXACT);
    assertThat(signals.duplicateNGramCharacterFraction(6)).isCloseTo(6.0 / 13, EXACT);
    assertThat(signals.duplicateNGramCharacterFraction(7)).isZero();
  }

  @Test
  void nothingRepeatsInAShortTextAndNothingIsKnownOfAnEmptyOne() {
    assertThat(signals("word").topNGramCharacterFraction(2)).isZero();
    assertThat(signals("word").duplicateNGramCharacterFraction(10)).isZero();
    GopherSignals empty = signals(" \n ");
    assertThat(empty.hashToWordRatio()).isNaN();
    assertThat(empty.alphabeticWordFraction()).isNaN();
    assertThat(empty.bulletLineFraction()).isNaN();
    assertThat(empty.duplicateLineFraction()).isNaN();
    assertThat(empty.duplicateParagraphCharacterFraction()).isNaN();
    assertThat(empty.topNGramCharacterFraction(2)).isNaN();
  }

  @Test
  void aLongTextWithoutSpaceIsOneWord() {
    String text = "x".repeat(10_000_000);
    assertThat(signals(text).topNGramCharacterFraction(2)).isZero();
    assertThat(signals(text).duplicateLineFraction()).isZero();
    // And one whose every position repeats, in words of one character.
    assertThat(signals("x ".repeat(1_000_000)).duplicateNGramCharacterFraction(10))
        .isCloseTo(1 - 1e-6, EXACT);
  }

  @Provide
  Arbitrary<String> repetitiveTexts() {
    return Arbitraries.of("a", "bb", "c")
        .list()
        .ofMinSize(1)
        .ofMaxSize(60)
        .map(words -> String.join(" ", words));
  }

  /** The definitions read word by word, in quadratic time. */
  @Property
  void fractionsAreThoseOfTheDefinitions(@ForAll("repetitiveTexts") String text) {
    List<String> words = List.of(text.split(" "));
    GopherSignals signals = signals(text);
    for (int n = 5; n <= 10; n++) {
      Set<List<String>> seen = new HashSet<>();
      Set<Integer> covered = new HashSet<>();
      for (int i = 0; i + n <= words.size(); i++) {
        if (!seen.add(words.subList(i, i + n))) {
          IntStream.range(i, i + n).forEach(covered::add);
        }
      }
      assertThat(signals.duplicateNGramCharacterFraction(n)).isEqualTo(fraction(words, covered));
    }
    for (int n = 2; n <= 4; n++) {
      double top = signals.topNGramCharacterFraction(n);
      double expected = 0;
      int most = 2;
      int longest = 0;
      for (int i = 0; i + n <= words.size(); i++) {
        List<String> gram = words.subList(i, i + n);
        Set<Integer> covered = new HashSet<>();
        int count = 0;
        for (int j = 0; j + n <= words.size(); j++) {
          if (words.subList(j, j + n).equals(gram)) {
            count++;
            IntStream.range(j, j + n).forEach(covered::add);
          }
        }
        int length = String.join("", gram).length();
        if (count > most || (count == most && length > longest)) {
          most = count;
          longest = length;
          expected = fraction(words, covered);
        }
      }
      assertThat(top).isEqualTo(expected);
    }
  }

  private static double fraction(List<String> words, Set<Integer> covered) {
    int all = words.stream().mapToInt(String::length).sum();
    return (double) covered.stream().mapToInt(i -> words.get(i).length()).sum() / all;
  }

  @Property
  void longerNGramsCoverNoMore(@ForAll("repetitiveTexts") String text) {
    GopherSignals signals = signals("x " + text);
    List<Double> fractions =
        IntStream.rangeClosed(5, 10).mapToObj(signals::duplicateNGramCharacterFraction).toList();
    assertThat(fractions).isSortedAccordingTo(Collections.reverseOrder());
    assertThat(fractions).allMatch(fraction -> fraction >= 0 && fraction < 1);
  }
}
