package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FastTextRaterTest {
  /** FastText adds 1e-5 to each probability, and scores are rounded to 1e-4. */
  private static final Offset<Double> CLOSE = within(2e-4);

  @TempDir Path folder;

  private FastTextRater rater(TinyFastText tiny, String label) throws IOException {
    Path file = tiny.write(folder.resolve("model.bin"));
    FastTextModel model =
        FastTextFile.find(file.toString(), new Configuration()).load(new Configuration());
    return new FastTextRater(model, label, "quality", "model.bin");
  }

  private static Rating rate(FastTextRater rater, String text) {
    return rater.rate(List.of(new RatedDocument(new byte[16], "source", 3, text))).get(0);
  }

  private static double score(FastTextRater rater, String text) {
    return rate(rater, text).scores()[0];
  }

  @Test
  void logOddsOfTheLabel() throws IOException {
    FastTextRater rater = rater(TinyFastText.CLASSIFIER, "__label__hq");
    assertThat(rater.criteria()).containsExactly("quality");
    // The end of the line is a word of its own.
    assertThat(score(rater, "good")).isCloseTo(2.0 / 2, CLOSE);
    assertThat(score(rater, "good good")).isCloseTo(4.0 / 3, CLOSE);
    assertThat(score(rater, "bad the bad unknown")).isCloseTo(-4.0 / 4, CLOSE);
    assertThat(score(rater, "")).isCloseTo(0, CLOSE);
    assertThat(rate(rater, "good").chunks()).isEqualTo(1);
  }

  @Test
  void anyLabelCanBeTheOne() throws IOException {
    FastTextRater rater = rater(TinyFastText.CLASSIFIER, "__label__lq");
    assertThat(score(rater, "good good")).isCloseTo(-4.0 / 3, CLOSE);
  }

  @Test
  void pairsOfWordsCount() throws IOException {
    // Two words, the end of the line, and two pairs.
    FastTextRater rater = rater(TinyFastText.CLASSIFIER.withWordNGrams(2), "__label__hq");
    assertThat(score(rater, "good good")).isCloseTo(4.0 / 5, CLOSE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\n\n", "\r", "\u000b", "\f", "\u0085", "\u2028", "\0"})
  void lineBreaksAreSpaces(String lineBreak) throws IOException {
    FastTextRater rater = rater(TinyFastText.CLASSIFIER, "__label__hq");
    assertThat(score(rater, "bad" + lineBreak + "good good"))
        .isEqualTo(score(rater, "bad good good"))
        .isCloseTo(2.0 / 4, CLOSE);
  }

  @Test
  void aTextOfUnknownWordsHasNoScoreWhereTheEndOfALineIsNoWord() throws IOException {
    FastTextRater rater = rater(TinyFastText.CLASSIFIER.withEndOfLine("end"), "__label__hq");
    assertThat(rate(rater, "some other words").whyMissing())
        .contains(new Rating.Failure("no-tokens", "the model knows no word of the text"));
    assertThat(rate(rater, null).whyMissing())
        .contains(new Rating.Failure("no-text", "the document has tokens only"));
  }

  @Test
  void wordsMayBeOfAnyLength() throws IOException {
    FastTextRater rater = rater(TinyFastText.CLASSIFIER, "__label__hq");
    assertThat(score(rater, "good " + "x".repeat(10_000_000))).isCloseTo(2.0 / 2, CLOSE);
    // Wherever the edges of a reader's buffer fall.
    for (int length = 1; length < 9000; length += 997) {
      String unknown = "\u4e2d".repeat(length) + " ";
      assertThat(score(rater, unknown.repeat(20) + "good")).isCloseTo(2.0 / 2, CLOSE);
    }
  }

  @Test
  void severalThreadsShareAModel() throws IOException {
    FastTextRater rater = rater(TinyFastText.CLASSIFIER.withWordNGrams(2), "__label__hq");
    List<String> texts =
        IntStream.range(0, 2000)
            .mapToObj(i -> "good ".repeat(i % 13) + "bad ".repeat(i % 7) + "the")
            .toList();
    assertThat(texts.parallelStream().map(text -> score(rater, text)).toList())
        .isEqualTo(texts.stream().map(text -> score(rater, text)).toList());
  }

  @Test
  void anUnknownLabelIsAnsweredWithTheKnownOnes() {
    assertThatThrownBy(() -> rater(TinyFastText.CLASSIFIER, "hq"))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "rate.raters: the fastText model model.bin has no label 'hq'. Its labels are"
                + " __label__hq, __label__lq.");
  }

  @Test
  void logOddsAreBoundedByFastTextsPrecision() {
    assertThat(FastTextRater.logOdds(0.5)).isZero();
    assertThat(FastTextRater.logOdds(1.00001)).isCloseTo(11.5129, CLOSE);
    assertThat(FastTextRater.logOdds(0)).isCloseTo(-11.5129, CLOSE);
  }

  @Property
  void logOddsAreTheInverseOfTheLogisticFunction(
      @ForAll @DoubleRange(min = -11.5, max = 11.5) double logOdds) {
    double probability = 1 / (1 + Math.exp(-logOdds));
    assertThat(FastTextRater.logOdds(probability)).isCloseTo(logOdds, within(1e-9));
  }
}
