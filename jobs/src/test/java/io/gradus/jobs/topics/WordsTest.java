package io.gradus.jobs.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
  @Test
  void allNumbersAreOneWord() {
    assertThat(words("In 1984, 3.14 of ٤٢ or B2B-2025"))
        .containsExactly("in", "0", "0", "0", "of", "0", "or", "0", "0");
  }

  @Test
  void wordsAreRunsOfLettersInLowerCase() {
    assertThat(words("Ökologie: l'été À-LA don't_worry"))
        .containsExactly("ökologie", "été", "la", "don", "worry");
  }

  @Test
  void marksBelongToTheirLetters() {
    assertThat(words("हिन्दी, e\u0301te\u0301")).containsExactly("हिन्दी", "e\u0301te\u0301");
  }

  @Test
  void scriptsWithoutSpacesGivePairsOfCharacters() {
    assertThat(words("日本語の本 山")).containsExactly("日本", "本語", "語の", "の本", "山");
    assertThat(words("中文abc中")).containsExactly("中文", "abc", "中");
  }

  @Test
  void charactersBeyondTheBasicPlaneAreOneEach() {
    assertThat(words("𠀀𠀁 𐐀𐐁 😀")).containsExactly("𠀀𠀁", "𐐨𐐩");
  }

  @Test
  void runsTooLongForWordsAreLeftOut() {
    String forty = "a".repeat(40);
    assertThat(words(forty + " " + forty + "b end")).containsExactly(forty, "end");
  }

  @Test
  void onlyTheBeginningOfATextIsLookedAt() {
    List<String> words = new ArrayList<>();
    Words.forEach("one two three", 9, words::add);
    assertThat(words).containsExactly("one", "two");
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Words.forEach(text, 1000, words::add);
    return words;
  }
}
