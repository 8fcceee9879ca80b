package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxRaterTest {
  private static final EngineSettings SETTINGS = new EngineSettings(64, 1, 2, 1);

  @TempDir Path folder;

  private OnnxRater open() {
    RaterBundle bundle = RaterBundle.find(folder.toString(), new Configuration());
    return new OnnxRater(bundle.definition(), folder, SETTINGS, bundle.place());
  }

  private static List<Rating> rate(OnnxRater rater, String... texts) {
    return rater.rate(
        Stream.of(texts).map(text -> new RatedDocument(new byte[16], "s", 1, text)).toList());
  }

  @Test
  void scoresAreTheWeightedMeanOfPooledChunksThroughTheHeads() throws IOException {
    TinyBundle.write(folder);
    try (OnnxRater rater = open()) {
      // Chunks of 4: "a a b x" pools to (2/4, 2/4) and "b b" to (0, 2); weights 4 and 2.
      Rating rating = rate(rater, "a a b x b b").get(0);
      double up = (4 * (0.5 + 5 + 0.5) + 2 * (20 + 0.5)) / 6;
      assertThat(rating.scores()).containsExactly(Rating.round(up), Rating.round(-0.5 * 4 / 6));
      assertThat(rating.chunks()).isEqualTo(2);
      assertThat(rating.tokens()).isEqualTo(6);
    }
  }

  @Test
  void specialTokensStandAroundEachChunkWithinItsLimit() throws IOException {
    TinyBundle.write(
        folder,
        definition ->
            definition
                .putObject("chunk")
                .put("tokens", 4)
                .put("specialTokens", "add")
                .put("minimumTail", 1));
    try (OnnxRater rater = open()) {
      // [CLS] a a [SEP] pools to (2/4, 0), [CLS] b [SEP] to (0, 2/3); weights 2 and 1.
      Rating rating = rate(rater, "a a b").get(0);
      assertThat(rating.chunks()).isEqualTo(2);
      assertThat(rating.tokens()).isEqualTo(3);
      double up = (2 * (0.5 + 0.5) + (20.0 / 3 + 0.5)) / 3;
      assertThat(rating.scores()[0]).isEqualTo(Rating.round(up));
    }
  }

  @Test
  void normalisedVectorsForgetTheirLength() throws IOException {
    TinyBundle.write(folder, definition -> definition.put("normalise", true));
    try (OnnxRater rater = open()) {
      assertThat(rate(rater, "b b x").get(0).scores()[0]).isEqualTo(10.5);
    }
  }

  @Test
  void aDocumentThatFailsTakesNoOtherWithIt() throws IOException {
    TinyBundle.write(folder);
    try (OnnxRater rater = open()) {
      List<Rating> together = rate(rater, "a a", "far a", "b b", "nan a", " ", null, "a b x x a");
      assertThat(together)
          .map(rating -> rating.whyMissing().map(Rating.Failure::reason).orElse("scored"))
          .containsExactly(
              "scored", "model-error", "scored", "not-finite", "no-tokens", "no-text", "scored");
      assertThat(together.get(1).failure().detail()).contains("indices");
      assertThat(together.get(1).scores()).containsOnly(Double.NaN);
      assertThat(together.get(0).scores()).isEqualTo(rate(rater, "a a").get(0).scores());
      assertThat(together.get(2).scores()).containsExactly(20.5, 0);
      assertThat(together.get(6).scores()).isEqualTo(rate(rater, "a b x x a").get(0).scores());
    }
  }

  @Test
  void scoresAreRoundedToFourDigitsAndNeverMinusZero() {
    assertThat(Rating.round(0.123449)).isEqualTo(0.1234);
    assertThat(Rating.round(-0.12345001)).isEqualTo(-0.1235);
    assertThat(1 / Rating.round(-0.00001)).isEqualTo(Double.POSITIVE_INFINITY);
  }
}
