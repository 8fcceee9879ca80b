package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RateConfigTest {
  private final Problems problems = new Problems();

  private RateConfig read(String text) {
    return RateConfig.read(
        Section.root(ConfigFactory.parseString("rate { " + text + " }"), problems).section("rate"));
  }

  @Test
  void defaults() {
    assertThat(read("")).isEqualTo(RateConfig.of(new RaterConfig.Bundle("builtin", "")));
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void everyKey() {
    RateConfig config =
        read(
            """
            max-quarantined = 0.2
            batch-tokens = 16k
            window-characters = 5M
            take-over = all
            device { provider = cuda, index = 2 }
            raters = [ { bundle = "hdfs:///raters/qurater", prefix = qu_, max-chunks = 4,
                         chunk-scores = true },
                       { kind = statistics, criteria = [ reading_ease ], prefix = text_ },
                       { kind = statistics },
                       { kind = column, columns { edu = "quality.edu", "dclm" = score },
                         prefix = given_ },
                       { kind = fasttext, model = "/models/hq.bin", label = __label__hq,
                         criterion = quality } ]
            """);
    assertThat(problems.messages()).isEmpty();
    assertThat(config)
        .isEqualTo(
            new RateConfig(
                List.of(
                    new RaterConfig.Bundle(
                        "hdfs:///raters/qurater", "qu_", 4, RaterConfig.Scores.CHUNKS),
                    new RaterConfig.Statistics(List.of("reading_ease"), "text_"),
                    new RaterConfig.Statistics(
                        Arrays.stream(Statistic.values()).map(Statistic::criterion).toList(), ""),
                    new RaterConfig.Columns(
                        new TreeMap<>(Map.of("edu", "quality.edu", "dclm", "score")), "given_"),
                    new RaterConfig.FastText("/models/hq.bin", "__label__hq", "quality", "")),
                0.2,
                16_000,
                5_000_000,
                RateConfig.TakeOver.ALL,
                new DeviceConfig(
                    DeviceConfig.Provider.CUDA, 2, 0, DeviceConfig.Cudnn.REQUIRED, "")));
  }

  @Test
  void everyStatisticHasTheNameOfItsMeasure() {
    assertThat(Arrays.stream(Statistic.values()).map(Statistic::criterion))
        .hasSize(23)
        .contains("compression_ratio", "stop_word_count", "duplicate_10_gram_character_fraction");
    TextMeasures text = new TextMeasures("of the # of the\nof the # of the");
    assertThat(Statistic.of("hash_to_word_ratio").of(text)).isEqualTo(0.2);
    assertThat(Statistic.of("duplicate_line_fraction").of(text)).isEqualTo(0.5);
    assertThat(Statistic.of("top_2_gram_character_fraction").of(text)).isEqualTo(20.0 / 22);
    assertThat(Statistic.of("duplicate_5_gram_character_fraction").of(text)).isEqualTo(0.5);
    assertThat(Statistic.of("stop_word_count").of(text)).isEqualTo(2);
  }

  @Test
  void allProblemsAreToldAtOnce() {
    read(
        """
        max-quarantined = 2
        raters = [ { bundel = builtin }, { kind = statistiks },
                   { kind = statistics, criteria = [ beauty ] },
                   { kind = statistics, bundle = builtin },
                   { bundle = builtin, prefix = "a-b" },
                   { kind = column }, { kind = column, columns = edu },
                   { kind = column, columns { "a-b" = score, blank = "", deep.er = x } },
                   { kind = column, columns { edu = score }, criteria = [ edu ] },
                   { kind = fasttext, modle = a }, { kind = fasttext, model = a, label = b,
                   criterion = "a b" } ]
        """);
    assertThat(String.join("\n", problems.messages()))
        .contains("rate.max-quarantined")
        .contains("'2' must be between 0 and 1")
        .contains("rate.raters[0].bundle")
        .contains("did you mean 'bundle'?")
        .contains("did you mean 'statistics'?")
        .contains("'beauty' is not known; known: [compression_ratio, lexical_diversity")
        .contains("a rater has a bundle or a kind, not both; leave one out")
        .contains("'a-b' may hold only letters, digits and _")
        .contains("rate.raters[5].columns (String:6): names no score; give for example")
        .contains("rate.raters[6].columns (String:6): must be a section")
        .contains("'a-b' cannot be the name of a criterion: a letter, then letters, digits and _")
        .contains("rate.raters[7].columns.blank (String:7): is empty; give the path of a field")
        .contains("rate.raters[7].columns.deep (String:7): must be a single value, not object")
        .contains("rate.raters[8].criteria (String:8): unknown key")
        .contains("rate.raters[9].criterion (String:9): missing; give text")
        .contains("rate.raters[9].model (String:9): missing; give text")
        .contains("rate.raters[9].label (String:9): missing; give text")
        .contains("rate.raters[9].modle (String:9): unknown key; did you mean 'model'?")
        .contains("rate.raters[10].criterion (String:10): 'a b' cannot be the name");
  }

  @Test
  void anEmptyListOfRatersIsRefused() {
    read("raters = []");
    assertThat(problems.messages()).singleElement().asString().contains("names no rater");
  }
}
