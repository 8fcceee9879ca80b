package io.gradus.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.UserMistake;
import io.gradus.common.selection.Quotas.By;
import io.gradus.common.selection.Quotas.Kind;
import io.gradus.common.selection.TokenAmount;
import io.gradus.jobs.sample.SampleConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SweepConfigTest {
  /** A sweep around a section {@code sample} of the method temperature. */
  static SweepConfig config(String sample, String sweep) {
    Problems problems = new Problems();
    Section root =
        Section.root(
            ConfigFactory.parseString("sample { " + sample + " }\nsweep { " + sweep + " }"),
            problems);
    SampleConfig now = SampleConfig.read(root.section("sample"));
    SweepConfig config =
        SweepConfig.read(
            root.section("sweep"),
            new CurrentSampling(
                now.temperature(),
                now.scoring(),
                now.quotas(),
                now.budget(),
                now.maxRepeats(),
                now.validation()));
    problems.throwIfAny();
    return config;
  }

  @Test
  void withoutKeysTheGridSurroundsTheCurrentConfiguration() {
    SweepConfig config = config("temperature = 3, tokens = 30B", "");
    assertThat(config.temperatures())
        .containsExactly(0.0, 0.5, 1.0, 2.0, 3.0, 4.0, Double.POSITIVE_INFINITY);
    assertThat(config.budgets()).hasToString("[15B, 30B]");
    assertThat(config.mixes()).isEmpty();
    assertThat(config("tokens = 25%", "").budgets()).hasToString("[12.5%, 25%]");
    assertThat(config("", "").budgets()).hasToString("[10%, 25%, 50%]");
    assertThat(config("tokens = 1", "").budgets()).hasToString("[1]");
  }

  @Test
  void theDefaultGridHasTheCurrentWeightsAndEachOfTheirCriteriaAlone() {
    SweepGrid grid =
        SweepGrid.of(
            config("weights { a = 1, b = 2 }, quotas = equal, by = topic", ""),
            List.of("a", "b", "c"),
            List.of("one", "two"),
            5);
    assertThat(grid.mixes())
        .extracting(SweepGrid.Mix::name)
        .containsExactly("sample", "balanced", "a", "b");
    assertThat(grid.quotas())
        .extracting(quota -> quota.kind().toString())
        .containsExactly("none", "proportional by source", "equal by topic");
  }

  @Test
  void aCriterionThatCountsAgainstADocumentDoesSoInEveryMixOfTheDefaultGrid() {
    SweepGrid grid =
        SweepGrid.of(
            config("weights { good = 2, toxic = -3 }", ""),
            List.of("good", "toxic"),
            List.of("one"),
            0);
    assertThat(grid.mixes())
        .extracting(SweepGrid.Mix::weights)
        .containsExactly(
            Map.of("good", 2.0, "toxic", -3.0),
            Map.of("good", 1.0, "toxic", -1.0),
            Map.of("good", 1.0),
            Map.of("toxic", -1.0));
  }

  @Test
  void tooManySettingsOfTheDefaultMixesAreRefused() {
    String temperatures =
        IntStream.range(1, 600).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    SweepConfig config = config("", "temperatures = [" + temperatures + "]");
    assertThatThrownBy(() -> SweepGrid.of(config, List.of("a", "b"), List.of("one"), 0))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sweep: temperatures, mixes, quotas and budgets make 5,391 settings; compare at most"
                + " 5,000. Give fewer of them; without sweep.mixes and sweep.quotas there are"
                + " several of both.");
  }

  @Test
  void allKeysAreRead() {
    SweepConfig config =
        config(
            "by = topic, quotas = equal",
            """
            temperatures = [2, 0, infinity, 2], mixes { m { facts = 1 } }, quality { facts = 2 }
            quotas = [none, equal, proportional by source-and-topic], budgets = [10%, 30B]
            estimate-documents = 100k
            """);
    assertThat(config.temperatures()).containsExactly(0.0, 2.0, Double.POSITIVE_INFINITY);
    assertThat(config.mixes()).isEqualTo(Map.of("m", Map.of("facts", 1.0)));
    assertThat(config.quality()).isEqualTo(Map.of("facts", 2.0));
    assertThat(config.quotas())
        .containsExactly(
            QuotaKind.NONE,
            new QuotaKind(Kind.EQUAL, By.TOPIC),
            new QuotaKind(Kind.PROPORTIONAL, By.SOURCE_AND_TOPIC));
    assertThat(config.budgets())
        .containsExactly(TokenAmount.ofShare(0.1), TokenAmount.of(30_000_000_000L));
    assertThat(config.estimateDocuments()).isEqualTo(100_000);
  }

  @Test
  void allProblemsComeAtOnce() {
    assertThatThrownBy(
            () ->
                config(
                    "",
                    """
                    temperatures = [-1], mixes { sample { a = 1 }, none { a = 0 } }
                    quotas = [equl, shares, none by topic], budgets = [0, lots], tempratures = 1
                    """))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("sweep.temperatures (String:2): '-1' must be at least 0")
        .hasMessageContaining("is the name of the weights of the section sample; choose another")
        .hasMessageContaining("are all 0; give at least one criterion a weight")
        .hasMessageContaining("'equl' is not one of none, proportional, equal, shares; did you")
        .hasMessageContaining("'shares' needs sample.quotas = shares with sample.shares")
        .hasMessageContaining("'none by topic': none has no groups; write none")
        .hasMessageContaining("'0' selects nothing; give at least 1 token")
        .hasMessageContaining("'lots' is neither a count such as 30B nor a share")
        .hasMessageContaining("unknown key; did you mean 'temperatures'?");
  }

  @Test
  void tooManySettingsAreRefused() {
    String many = IntStream.range(1, 2002).mapToObj(i -> i + "").collect(Collectors.joining(", "));
    assertThatThrownBy(() -> config("", "temperatures = [" + many + "]"))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("these make 6003 settings; compare at most 5000");
  }
}
