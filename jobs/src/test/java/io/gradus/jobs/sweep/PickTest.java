package io.gradus.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.jobs.sweep.SweepReport.Criterion;
import io.gradus.jobs.sweep.SweepReport.Figures;
import io.gradus.jobs.sweep.SweepReport.Setting;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PickTest {
  private static final SweepReport REPORT =
      new SweepReport(
          1000,
          10_000,
          1000,
          1,
          Map.of("facts", 1.0),
          List.of("facts"),
          new SweepReport.Corpus(1, 0, List.of(), List.of()),
          List.of(
              setting(0, "a", 0, "10%", 0.95, 0.1, 2.5),
              setting(1, "a", 2, "10%", 0.8, 0.6, 1.5),
              setting(2, "b", 2, "20%", 0.8, 0.6, 1.0),
              setting(3, "b", Double.POSITIVE_INFINITY, "20%", 0.5, 1.0, 0.5),
              new Setting(
                  4, "b", Map.of(), 1, "none", "30B", 30, false, false, "too large", null)));

  private static Setting setting(
      int number,
      String mix,
      double temperature,
      String budget,
      double quality,
      double diversity,
      double mean) {
    return new Setting(
        number,
        mix,
        Map.of("facts", 1.0),
        temperature,
        number % 2 == 0 ? "none" : "equal by topic",
        budget,
        1000,
        false,
        false,
        null,
        new Figures(
            1000 + number,
            100,
            100,
            1,
            quality,
            diversity,
            0,
            diversity * 1000,
            1,
            0,
            0,
            0,
            1 - diversity,
            diversity,
            0,
            List.of(new Criterion("facts", 1, mean, 0, List.of(0.0, 1.0, 2.0, 3.0, mean), 0)),
            List.of(),
            List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quality>=0.8,max=diversity | 1",
        "quality >= 80%, budget = 20%, max = diversity | 2",
        "max=quality | 0",
        "min=quality | 3",
        "diversity>0.6,max=quality | 3",
        "mix=b,temperature<infinity,min=tokens | 2",
        "quotas=equal by topic,max=mean.facts | 1",
        "p95.facts<=1,max=quality | 2",
        "tokens<=1.001k,max=top-overlap | 0",
        "mean.facts=1.5,max=quality | 1",
      })
  void theBestOfThoseThatMeetAllConditionsIsTaken(String expression, int number) {
    assertThat(Pick.parse(expression).choose(REPORT).number()).isEqualTo(number);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quality>=0.8 | --pick: 'quality>=0.8' has no goal; name one figure that is to be best, as"
            + " in quality>=0.8,max=diversity.",
        "max=quality,min=tokens | --pick: 'max=quality,min=tokens' has several goals; name one"
            + " figure that is to be best, as in quality>=0.8,max=diversity.",
        "good,max=quality | --pick: 'good' is neither a condition such as quality>=0.8 nor a goal"
            + " such as max=diversity.",
        "quality>=high,max=tokens | --pick: 'quality>=high': 'high' is not a number such as 0.8,"
            + " 20% or 30B.",
        "mix>a,max=tokens | --pick: 'mix>a': mix is compared with '=' only.",
        "max=qualty | --pick: there is no 'qualty'; did you mean 'quality'? There are: quality,"
            + " diversity, effective-documents, source-entropy, source-divergence, topic-entropy,"
            + " topic-divergence, top-overlap, uniform-overlap, repeats, tokens, documents,"
            + " temperature, mix, quotas, budget, mean.CRITERION, and p05 to p95 in place of mean.",
        "max=mix | --pick: 'mix' is not a number; name a figure, as in max=diversity.",
      })
  void aMistakeIsNamedBeforeAnythingIsCompared(String expression, String message) {
    assertThatThrownBy(() -> Pick.parse(expression))
        .isInstanceOf(UserMistake.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quality>=0.9,diversity>=0.5,max=tokens | --pick: of 1 setting with quality>=0.9 none has"
            + " diversity>=0.5; diversity lies between 0.1000 and 0.1000.",
        "mix=c,max=tokens | --pick: no setting has mix=c; mix is one of a, b.",
        "max=mean.fact | --pick: there is no 'mean.fact'; did you mean 'mean.facts'? There are:"
            + " quality, diversity, effective-documents, source-entropy, source-divergence,"
            + " topic-entropy, topic-divergence, top-overlap, uniform-overlap, repeats, tokens,"
            + " documents, temperature, mix, quotas, budget, mean.facts, and p05 to p95 in place"
            + " of mean.",
      })
  void whatTheSettingsLackIsNamed(String expression, String message) {
    assertThatThrownBy(() -> Pick.parse(expression).choose(REPORT))
        .isInstanceOf(UserMistake.class)
        .hasMessage(message);
  }

  @Test
  void theChosenFileIncludesTheOtherAndReplacesWhatContradicts() {
    Setting setting = REPORT.settings().get(3);
    assertThat(
            ChosenConfiguration.text(
                "books.conf", List.of("\"pipeline\":{\"seed\":7}"), "min=quality", setting, REPORT))
        .isEqualTo(
            """
            # Chosen by gradus sweep --pick 'min=quality': quality 0.500, diversity 1.000, 1,003 tokens.
            include required("books.conf")
            "pipeline":{"seed":7}
            sample.threshold = null
            sample.bins = null
            sample.sigmoid = null
            sample.percentile-by = null
            sample.method = temperature
            sample.temperature = infinity
            sample.tokens = "20%"
            sample.max-repeats = 1
            sample.weights = null
            sample.weights.facts = 1.0
            sample.quotas = equal
            sample.by = topic
            sample.shares = null
            sample.topic-quotas = null
            """);
  }
}
