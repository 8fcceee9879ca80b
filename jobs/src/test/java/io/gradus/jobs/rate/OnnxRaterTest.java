package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxRaterTest {
  private static final EngineSettings SETTINGS = new EngineSettings(64, 1, 2, 1);

  @TempDir Path folder;

  private OnnxRater open() {
    return open(SETTINGS);
  }

  private OnnxRater open(EngineSettings settings) {
    RaterBundle bundle = RaterBundle.find(folder.toString(), new Configuration());
    return new OnnxRater(
        bundle.definition(), bundle.digest(), folder, settings, Hardware.CPU, bundle.place());
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
  void aBatchThatMemoryDoesNotHoldIsHalvedAndNoLargerOneIsTriedAgain() throws IOException {
    TinyBundle.write(folder);
    TinyBundle.replaceModel(folder, TinyBundle.modelForAtMost(3));
    String[] texts = Stream.generate(() -> "a b").limit(16).toArray(String[]::new);
    // 16 rows of 2 positions: 16 and 8 and 4 rows fail, 2 rows fit.
    try (OnnxRater rater = open(new EngineSettings(64, 1, 1, 1))) {
      assertThat(rate(rater, texts)).allMatch(rating -> rating.scores()[0] == 11.0);
      assertThat(rater.work().halvings()).isEqualTo(3);
      assertThat(rater.work().batches()).isEqualTo(8);
      assertThat(rater.queue().batchTokens()).isEqualTo(4);

      assertThat(rate(rater, texts)).allMatch(rating -> rating.scores()[0] == 11.0);
      assertThat(rater.work().halvings()).isEqualTo(3);
      assertThat(rater.work().batches()).isEqualTo(16);
    }
  }

  @Test
  void runsBesideEachOtherLoseNoDocumentForMemory() throws IOException {
    TinyBundle.write(folder);
    TinyBundle.replaceModel(folder, TinyBundle.modelForAtMost(3));
    String[] texts = Stream.generate(() -> "a b").limit(400).toArray(String[]::new);
    try (OnnxRater rater = open(new EngineSettings(64, 1, 4, 1))) {
      assertThat(rate(rater, texts)).allMatch(rating -> rating.scores()[0] == 11.0);
      assertThat(rater.queue().batchTokens()).isEqualTo(4);
    }
  }

  @Test
  void aDocumentThatMemoryDoesNotHoldIsQuarantined() throws IOException {
    TinyBundle.write(
        folder, definition -> ((ObjectNode) definition.get("chunk")).put("tokens", 100));
    TinyBundle.replaceModel(folder, TinyBundle.modelForAtMostPositions(50));
    try (OnnxRater rater = open()) {
      List<Rating> ratings = rate(rater, "a b", "a ".repeat(80), "b");
      assertThat(ratings)
          .map(rating -> rating.whyMissing().map(Rating.Failure::reason).orElse("scored"))
          .containsExactly("scored", "out-of-memory", "scored");
      assertThat(ratings.get(1).failure().detail()).contains("Failed to allocate memory");
    }
  }

  @Test
  void aModelThatNoLongerRunsFailsTheTaskAndNotItsDocuments() throws IOException {
    TinyBundle.write(
        folder, definition -> ((ObjectNode) definition.get("probes").get(0)).put("text", "far"));
    try (OnnxRater rater = open()) {
      assertThatThrownBy(() -> rate(rater, "far a"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("The model no longer runs")
          .hasMessageContaining("indices");
      assertThat(rater.isBroken()).isTrue();
    }
  }

  @Test
  void paddedRowsScoreAsUnpaddedOnes() throws IOException {
    TinyBundle.writeLogits(folder, definition -> {});
    String[] texts = {"a", "b", "a b", "a b x", "b b b b", "a a b"};
    List<Rating> plain;
    try (OnnxRater rater = open(new EngineSettings(64, 1, 1, 1))) {
      plain = rate(rater, texts);
      assertThat(rater.work().paddingShare()).isZero();
    }
    try (OnnxRater rater = open(new EngineSettings(64, 4, 1, 1))) {
      List<Rating> padded = rate(rater, texts);
      assertThat(rater.work().batches()).isEqualTo(1);
      assertThat(rater.work().paddingShare()).isEqualTo((24 - 14) / 24.0);
      for (int i = 0; i < texts.length; i++) {
        assertThat(padded.get(i).scores()).isEqualTo(plain.get(i).scores());
      }
    }
    assertThat(plain.get(2).scores()).containsExactly(1.5);
  }

  @Test
  void logitsGoThroughTheActivationToTheCriteria() throws IOException {
    TinyBundle.writeLogits(
        folder,
        definition -> {
          definition.put("activation", "softmax");
          ArrayNode criteria = definition.putArray("criteria");
          criteria.addObject().put("name", "second").put("index", 1);
          criteria
              .addObject()
              .put("name", "expected")
              .put("bias", 1)
              .putArray("weights")
              .add(0)
              .add(1)
              .add(2);
        });
    try (OnnxRater rater = open()) {
      // "a b" has the logits 0.5, 1 and 1.5.
      double[] powers = {Math.exp(0.5), Math.exp(1), Math.exp(1.5)};
      double sum = powers[0] + powers[1] + powers[2];
      assertThat(rate(rater, "a b").get(0).scores())
          .containsExactly(
              Rating.round(powers[1] / sum), Rating.round(1 + (powers[1] + 2 * powers[2]) / sum));
    }
  }

  @Test
  void anInfiniteLogitHasNoScoreWhateverTheActivation() {
    Heads.Logits heads =
        new Heads.Logits(
            2, Activation.SIGMOID, new Heads.Linear(new double[][] {{1, 0}}, new double[] {0}));
    assertThat(heads.scores(new float[] {0, 1}, 0, 1)).containsExactly(0.5);
    assertThat(heads.scores(new float[] {0, Float.POSITIVE_INFINITY}, 0, 1))
        .containsOnly(Double.NaN);
  }

  @Test
  void batchesThatNoBufferHoldsAreAMistake() throws IOException {
    TinyBundle.write(folder);
    assertThatThrownBy(() -> open(new EngineSettings(1 << 29, 1, 1, 1)))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("rate.batch-tokens: batches of 536870912 positions, with 2 numbers");
  }

  @Test
  void aClassThatTheGraphDoesNotHaveIsAMistake() throws IOException {
    TinyBundle.writeLogits(
        folder,
        definition ->
            definition.putArray("criteria").addObject().put("name", "fourth").put("index", 3));
    assertThatThrownBy(this::open)
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("'fourth' looks at class 3, but the graph's output 'logits' has 3");
  }

  @Test
  void paddingNeedsAGraphWithAMask() throws IOException {
    TinyBundle.write(
        folder, definition -> definition.put("batch", "padded").put("paddingToken", 0));
    assertThatThrownBy(this::open)
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("the graph has no input attention_mask");
  }

  @Test
  void onlyTheFirstChunksAreRatedWhereTheConfigurationSaysSo() throws IOException {
    TinyBundle.write(folder);
    try (OnnxRater rater = open()) {
      Rater first = rater.with(new OnnxRater.Options(2, RaterConfig.Scores.CHUNKS), () -> {});
      RatedDocument document =
          new RatedDocument(new byte[16], "s", 1, "a a a a b b b b " + "a ".repeat(100_000));
      List<RatingWork> work = Collections.synchronizedList(new ArrayList<>());
      try (Rater.Pending pending = first.begin(List.of(document), work::add)) {
        Rating rating = pending.ratings().get(0);
        assertThat(rating.chunks()).isEqualTo(2);
        assertThat(rating.tokens()).isEqualTo(8);
        assertThat(rating.scores()[0]).isEqualTo((1.5 + 20.5) / 2);
        assertThat(rating.chunkScores()).map(chunk -> chunk.scores()[0]).containsExactly(1.5, 20.5);
      }
      assertThat(work.stream().reduce(RatingWork.NONE, RatingWork::plus).documents()).isEqualTo(1);
    }
  }

  @Test
  void scoresAreRoundedToFourDigitsAndNeverMinusZero() {
    assertThat(Rating.round(0.123449)).isEqualTo(0.1234);
    assertThat(Rating.round(-0.12345001)).isEqualTo(-0.1235);
    assertThat(1 / Rating.round(-0.00001)).isEqualTo(Double.POSITIVE_INFINITY);
  }
}
