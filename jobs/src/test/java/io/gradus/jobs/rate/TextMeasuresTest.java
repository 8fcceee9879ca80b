package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextMeasuresTest {
  @Test
  void lexicalDiversityOfTheExampleOfMcCarthyAndJarvis() {
    // Forwards "of the people by the people" falls to 4/6, the rest has no repetition: 9 words, 1
    // stretch. Backwards "people the for people the" falls to 3/5, and again nothing after it.
    TextMeasures text = new TextMeasures("of the people by the people for the people");
    assertThat(text.lexicalDiversity()).isCloseTo(9, within(1e-12));
  }

  @Test
  void lexicalDiversityCountsTheRestAsAPartOfAStretch() {
    // "a a" is a stretch; then "b c d e b" stands at 4/5, that is (1 - 0.8) / 0.28 of a stretch.
    // Backwards "b e d c b" stands at 4/5, at "a" 5/6, and at the second "a" 5/7: a whole stretch.
    double forwards = 7 / (1 + 0.2 / 0.28);
    TextMeasures text = new TextMeasures("a a b c d e b");
    assertThat(text.lexicalDiversity()).isCloseTo((forwards + 7) / 2, within(1e-12));
  }

  @Test
  void readingEaseOfFleschsFormula() {
    // 6 words of one syllable in one sentence: 206.835 - 6.09 - 84.6.
    TextMeasures text = new TextMeasures("The cat sat on the mat.");
    assertThat(text.readingEase()).isCloseTo(116.145, within(1e-9));
  }

  @Test
  void readingEaseOfAPassageWithLongWords() {
    // 16 words with 23 syllables; 69 by Flesch's formula.
    TextMeasures text =
        new TextMeasures(
            "This sentence, taken as a reading passage unto itself, is being used to prove a"
                + " point.");
    assertThat(text.readingEase()).isCloseTo(206.835 - 1.015 * 16 - 84.6 * 23 / 16, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({
    "cat,1",
    "table,2",
    "make,1",
    "the,1",
    "banana,3",
    "reading,2",
    "sentence,2",
    "rhythm,1"
  })
  void syllablesAreRunsOfVowelsLessASilentE(String word, int syllables) {
    assertThat(TextMeasures.syllables(word)).isEqualTo(syllables);
  }

  @Test
  void meanWordLengthCountsCharactersNotBytes() {
    assertThat(new TextMeasures("Äpfel, and 𝔸𝔹!").meanWordLength())
        .isCloseTo((5 + 3 + 2) / 3.0, within(1e-12));
  }

  @Test
  void sentencesEndAtMarksBeforeSpaceAndAtEmptyLines() {
    TextMeasures text =
        new TextMeasures("Title\n\nVersion 3.5 is out. \"Is it?\" he asked...\nYes! 好。好！");
    assertThat(text.sentences()).isEqualTo(7);
  }

  @Test
  void apostrophesStayInsideWords() {
    assertThat(new TextMeasures("Don't 'quote' l’eau").words()).isEqualTo(3);
  }

  @Test
  void repetitionCompresses() {
    assertThat(new TextMeasures("all work and no play ".repeat(500)).compressionRatio())
        .isGreaterThan(100);
    assertThat(new TextMeasures("Quick zephyrs blow, vexing daft Jim.").compressionRatio())
        .isLessThan(1);
  }

  @Test
  void measuresOfWordsAreUndefinedWithoutWords() {
    TextMeasures text = new TextMeasures("?! ... --");
    assertThat(text.lexicalDiversity()).isNaN();
    assertThat(text.readingEase()).isNaN();
    assertThat(text.meanWordLength()).isNaN();
    assertThat(text.compressionRatio()).isPositive();
  }
}
