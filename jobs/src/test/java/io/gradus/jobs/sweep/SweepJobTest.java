package io.gradus.jobs.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.UserMistake;
import io.gradus.common.selection.RatingInputs;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.calibrate.CalibrateConfig;
import io.gradus.jobs.calibrate.CalibrateJob;
import io.gradus.jobs.sample.SampleConfig;
import io.gradus.jobs.sample.SampleJob;
import io.gradus.jobs.sample.SampleResult;
import io.gradus.jobs.sweep.SweepReport.Criterion;
import io.gradus.jobs.sweep.SweepReport.Figures;
import io.gradus.jobs.sweep.SweepReport.Setting;
import io.gradus.jobs.sweep.SweepReport.Share;
import io.gradus.jobs.tables.RatingsFixture;
import io.gradus.jobs.tables.RatingsFixture.Rated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepJobTest {
  private static final long SEED = 42;
  private static final int BUCKETS = 3;
  private static final int TOPICS = 3;
  private static final List<Rated> CORPUS = RatingsFixture.corpus(1_500, 4);
  private static final Map<String, Rated> BY_ID =
      CORPUS.stream().collect(Collectors.toMap(Rated::docId, Function.identity()));
  private static final long TOKENS = CORPUS.stream().mapToLong(Rated::tokens).sum();
  private static final Map<String, Function<Rated, Double>> CRITERIA =
      Map.of("quality", Rated::quality, "facts", SweepJobTest::facts);

  /** Left for a person to open in a browser. */
  private static final Path SAMPLE = Path.of("target", "sample-sweep.html");

  @TempDir Path folder;

  @Test
  void everySettingIsWhatSampleSelects() throws IOException {
    String sample = "temperature = 2, tokens = 30%, weights { quality = 1 }";
    RatingInputs inputs = inputs("a", CORPUS, CRITERIA, BUCKETS);
    SweepReport report =
        sweep(
            "a",
            inputs,
            sample,
            """
            temperatures = [0, 1e-9, 0.5, 2, infinity]
            mixes { both { quality = 1, facts = 0.5 }, facts { facts = 1 } }
            quotas = [none, proportional, equal by topic, proportional by source-and-topic]
            budgets = [1, 10%, 50000, 100%]
            """);
    // The grid, and the current configuration, whose mix is not in it.
    assertThat(report.settings()).hasSize(5 * 2 * 4 * 4 + 1);
    assertThat(report.settings()).filteredOn(Setting::current).hasSize(1);
    Map<String, List<Row>> selections = new HashMap<>();
    for (Setting setting : report.settings()) {
      if (setting.current() || setting.number() % 23 == 5) {
        List<Row> selected = select(inputs, sample, setting, report, selections);
        assertSame(setting, selected);
        assertThat(setting.figures().topOverlap())
            .as("%s", setting)
            .isCloseTo(
                overlap(selected, select(inputs, sample, at(0, setting), report, selections)),
                within(1e-12));
        assertThat(setting.figures().uniformOverlap())
            .as("%s", setting)
            .isCloseTo(
                overlap(
                    selected,
                    select(
                        inputs, sample, at(Double.POSITIVE_INFINITY, setting), report, selections)),
                within(1e-12));
      }
    }
  }

  @Test
  void documentsTakenRepeatedlyAreWhatSampleSelects() throws IOException {
    String sample = "tokens = " + TOKENS * 5 / 2 + ", max-repeats = 3, quotas = equal";
    RatingInputs inputs = inputs("a", CORPUS, CRITERIA, BUCKETS);
    SweepReport report =
        sweep(
            "a",
            inputs,
            sample,
            "temperatures = [0, 1], quotas = [none, equal], budgets = [10%, " + TOKENS * 2 + "]");
    Map<String, List<Row>> selections = new HashMap<>();
    for (Setting setting : report.settings()) {
      if (setting.current() || setting.mix().equals("sample")) {
        List<Row> selected = select(inputs, sample, setting, report, selections);
        assertSame(setting, selected);
      }
    }
    assertThat(report.settings())
        .filteredOn(Setting::current)
        .singleElement()
        .satisfies(
            setting -> {
              assertThat(setting.figures().repeats()).isBetween(2.4, 2.6);
              assertThat(setting.figures().distinctDocuments()).isEqualTo(CORPUS.size());
            });
  }

  @Test
  void groupsThatFallShortAreThoseOfSample() throws IOException {
    String sample =
        "weights { quality = 1 }, tokens = 60%, quotas = equal, maximum { source-0 = 10% }";
    RatingInputs inputs = inputs("a", CORPUS, CRITERIA, BUCKETS);
    SweepReport report = sweep("a", inputs, sample, "temperatures = 1, quotas = equal");
    SampleResult result =
        new SampleJob()
            .run(
                LocalSpark.context(),
                SampleConfig.read(section(sample)),
                SEED,
                inputs,
                directory("selection"));
    // What its maximum keeps below its quota does not lack tokens.
    assertThat(report.settings())
        .filteredOn(Setting::current)
        .singleElement()
        .satisfies(
            setting ->
                assertThat(setting.figures().shortGroups())
                    .isEqualTo(result.shortGroups())
                    .isZero());
  }

  @Test
  void diversityIsTheEffectiveShareOfTheDocuments() throws IOException {
    String sample = "weights { quality = 1 }, temperature = 2, tokens = 20%";
    RatingInputs inputs = inputs("a", CORPUS, CRITERIA, BUCKETS);
    SweepReport report =
        sweep("a", inputs, sample, "temperatures = [0, infinity], quotas = none, budgets = 20%");
    Figures top = only(report, "sample", 0).figures();
    assertThat(top.diversity()).isCloseTo(top.documents() / 1500.0, within(1e-9));
    assertThat(top.diversityError()).isZero();
    assertThat(only(report, "sample", Double.POSITIVE_INFINITY).figures().diversity())
        .isCloseTo(1, within(1e-9));
    Section section = section(sample);
    double cutoff =
        new SampleJob()
            .run(
                LocalSpark.context(),
                SampleConfig.read(section),
                SEED,
                inputs,
                directory("selection"))
            .groups()
            .get(0)
            .leastKey();
    double mean = CORPUS.stream().mapToDouble(Rated::quality).average().orElseThrow();
    double deviation =
        Math.sqrt(
            CORPUS.stream()
                .mapToDouble(rated -> Math.pow(rated.quality() - mean, 2))
                .average()
                .orElseThrow());
    double sum = 0;
    double squares = 0;
    for (Rated rated : CORPUS) {
      double score = (rated.quality() - mean) / deviation;
      double inclusion = 1 - Math.exp(-Math.exp(score / 2 - cutoff));
      sum += inclusion;
      squares += inclusion * inclusion;
    }
    assertThat(only(report, "sample", 2).figures().diversity())
        .isCloseTo(sum * sum / squares / CORPUS.size(), within(1e-9));
  }

  @Test
  void anEstimateOfDiversityTellsItsStandardError() throws IOException {
    RatingInputs inputs = inputs("a", RatingsFixture.corpus(4_000, 4), CRITERIA, BUCKETS);
    String grid = "temperatures = [0, 0.3, 1, 3], quotas = none, budgets = [5%, 30%]";
    SweepReport exact = sweep("exact", inputs, "", grid);
    SweepReport estimated = sweep("estimated", inputs, "", grid + ", estimate-documents = 1000");
    assertThat(exact.estimateDocuments()).isEqualTo(4_000);
    assertThat(estimated.estimateDocuments()).isBetween(850L, 1150L);
    int within2 = 0;
    for (Setting setting : estimated.settings()) {
      Figures figures = setting.figures();
      Figures truth = exact.settings().get(setting.number()).figures();
      double error = Math.abs(figures.diversity() - truth.diversity());
      assertThat(error).isLessThanOrEqualTo(5 * figures.diversityError() + 1e-12);
      if (setting.temperature() == 0) {
        assertThat(figures.diversityError()).isZero();
        assertThat(figures.diversity()).isEqualTo(truth.diversity());
      }
      within2 += error <= 2 * figures.diversityError() + 1e-12 ? 1 : 0;
      assertThat(figures.diversityError()).isLessThan(0.05);
      // All else is exact all the same.
      assertThat(figures.tokens()).isEqualTo(truth.tokens());
      assertThat(figures.quality()).isEqualTo(truth.quality());
    }
    assertThat(within2).isGreaterThan(estimated.settings().size() / 2);
  }

  @Test
  void theNumberOfScansHardlyGrowsWithTheGrid() throws IOException {
    RatingInputs inputs = inputs("a", CORPUS, CRITERIA, BUCKETS);
    // So few candidates that more scans are needed, as in a large corpus.
    SweepResult small = run("small", new SweepJob(20), inputs, "", "temperatures = 1");
    SweepResult large =
        run(
            "large",
            new SweepJob(20),
            inputs,
            "",
            "temperatures = [0, 0.1, 0.2, 0.5, 1, 2, 4, 8, 16, infinity],"
                + " mixes { a { quality = 1 }, b { facts = 1 }, c { facts = 1, quality = -1 } },"
                + " quotas = [none, equal], budgets = [1%, 10%, 20%, 50%]");
    assertThat(large.settings()).isEqualTo(10 * 3 * 2 * 4 + 1);
    assertThat(small.scans()).isGreaterThan(3);
    assertThat(large.scans()).isBetween(4, small.scans() + 1);
  }

  @Test
  void theReportIsTheSameForAnyNumberOfRatingFilesAndScans() throws IOException {
    String sample = "tokens = 25%, quotas = proportional";
    String grid = "temperatures = [0, 1, infinity], budgets = [5%, 20%]";
    RatingInputs inputs = inputs("a", CORPUS, CRITERIA, BUCKETS);
    run("a", new SweepJob(), inputs, sample, grid);
    String expected = text("a", SweepJob.FILE);
    for (int buckets : new int[] {1, 7, 64}) {
      RatingInputs divided =
          RatingInputs.of(
                  RatingsFixture.write(
                      folder.resolve("of" + buckets + "-ratings"), CORPUS, buckets, CRITERIA),
                  inputs.calibration())
              .withTopics(
                  RatingsFixture.writeTopics(
                      folder.resolve("of" + buckets + "-topics"),
                      CORPUS,
                      buckets,
                      TOPICS,
                      SweepJobTest::topic));
      SweepResult result = run("of" + buckets, new SweepJob(0), divided, sample, grid);
      assertThat(result.scans()).isGreaterThan(3);
      assertThat(text("of" + buckets, SweepJob.FILE)).isEqualTo(expected);
      assertThat(text("of" + buckets, SweepJob.PAGE)).isEqualTo(text("a", SweepJob.PAGE));
    }
  }

  @Test
  void equalScoresAreTheSameAsNoScores() throws IOException {
    List<Rated> equal =
        CORPUS.stream()
            .map(rated -> new Rated(rated.name(), rated.source(), rated.tokens(), 1.0))
            .toList();
    RatingInputs inputs = inputs("a", equal, Map.of("quality", Rated::quality), BUCKETS);
    SweepReport report =
        sweep("a", inputs, "", "temperatures = [0, 1e-9, 1, infinity], budgets = [10%]");
    for (Setting setting : report.settings()) {
      assertSame(setting, select(inputs, "", setting, report, new HashMap<>()));
      assertThat(setting.figures().quality()).isEqualTo(0.5);
      assertThat(setting.figures().criteria().get(0).mean()).isEqualTo(1);
      assertThat(setting.figures().criteria().get(0).quantiles()).containsOnly(1.0);
    }
  }

  @Test
  void missingRatingsAndTheValidationSplitAreLeftOutAsInSample() throws IOException {
    List<Rated> corpus = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      Rated rated = CORPUS.get(i);
      Double[] scores = {rated.quality(), null, Double.NaN, Double.POSITIVE_INFINITY};
      corpus.add(
          new Rated(rated.name(), rated.source(), rated.tokens(), scores[i % 7 < 4 ? i % 7 : 0]));
    }
    // A source of which nothing can be selected.
    corpus.add(new Rated("unrated", "empty", 50, null));
    String sample = "missing = exclude, validation = 10%, quotas = equal, tokens = 20%";
    RatingInputs inputs = inputs("a", corpus, Map.of("quality", Rated::quality), BUCKETS);
    SweepReport report =
        sweep(
            "a",
            inputs,
            sample,
            "temperatures = [0, 1, infinity], quotas = equal, budgets = [10%, 100%]");
    for (Setting setting : report.settings()) {
      assertSame(setting, select(inputs, sample, setting, report, new HashMap<>()));
      assertThat(setting.figures().sources())
          .filteredOn(share -> share.name().equals("empty"))
          .containsExactly(new Share("empty", 0));
    }
    assertThat(report.corpus().criteria().get(0).tokens())
        .isEqualTo(
            corpus.stream()
                .filter(rated -> rated.quality() != null && Double.isFinite(rated.quality()))
                .mapToLong(Rated::tokens)
                .sum());
  }

  @Test
  void oneSourceHasNoEntropy() throws IOException {
    SweepReport report =
        sweep(
            "a",
            inputs("a", RatingsFixture.corpus(200, 1), CRITERIA, BUCKETS),
            "",
            "temperatures = [0, 1]");
    // Quotas by source would change nothing.
    assertThat(report.settings()).extracting(Setting::quotas).containsOnly("none");
    assertThat(report.settings())
        .allSatisfy(
            setting -> {
              assertThat(setting.figures().sourceEntropy()).isZero();
              assertThat(setting.figures().sourceDivergence()).isZero();
            });
  }

  @Test
  void aBudgetAboveTheCorpusIsToldAndTheOthersAreCompared() throws IOException {
    SweepReport report =
        sweep(
            "a",
            inputs("a", CORPUS, CRITERIA, BUCKETS),
            "",
            "temperatures = 1, quotas = none, budgets = [10%, 30B], mixes { q { quality = 1 } }");
    assertThat(report.settings())
        .filteredOn(setting -> setting.budget().equals("30B"))
        .singleElement()
        .satisfies(
            setting -> {
              assertThat(setting.figures()).isNull();
              assertThat(setting.front()).isFalse();
              assertThat(setting.impossible())
                  .startsWith("sample.tokens: the budget is 30,000,000,000 tokens (30B), but all");
            });
    assertThat(String.join("\n", SweepTable.lines(report)))
        .contains("1 of 3 settings cannot be done; the first one with the budget 30B: sample.tok");
  }

  @Test
  void withoutAnyPossibleSettingTheReasonIsTold() throws IOException {
    RatingInputs inputs = inputs("a", CORPUS, CRITERIA, BUCKETS);
    assertThatThrownBy(
            () -> sweep("a", inputs, "tokens = 40B", "temperatures = 1, budgets = [30B]"))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith(
            "sweep: none of the settings can be done. The first one says: sample.tokens: the"
                + " budget is 30,000,000,000 tokens");
  }

  @Test
  void unknownCriteriaAreRefusedWithTheNearestOne() throws IOException {
    RatingInputs inputs = inputs("a", CORPUS, CRITERIA, BUCKETS);
    assertThatThrownBy(() -> sweep("a", inputs, "", "mixes { m { qualty = 1 } }"))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sweep.mixes.m.qualty: no rater gives this criterion; did you mean 'quality'? There"
                + " are: facts, quality.");
    assertThatThrownBy(() -> sweep("a", inputs, "", "quality { fact = 1 }"))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith("sweep.quality.fact: no rater gives this criterion; did you");
  }

  @Test
  void quotasByTopicNeedTopics() throws IOException {
    RatingInputs with = inputs("a", CORPUS, CRITERIA, BUCKETS);
    RatingInputs without = RatingInputs.of(with.ratings(), with.calibration());
    assertThatThrownBy(() -> sweep("a", without, "", "quotas = [equal by topic]"))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sweep.quotas: 'equal by topic' needs topics; add a section topics { count = 25 }, or"
                + " write 'equal by source'.");
  }

  @Test
  void tooManyGroupsAreRefused() {
    List<String> sources =
        java.util.stream.IntStream.range(0, 10_000).mapToObj(i -> "source-" + i).toList();
    SweepConfig config = config("", "quotas = [none, proportional by source-and-topic]");
    assertThatThrownBy(() -> SweepGrid.of(config, List.of("quality"), sources, 25))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith(
            "sweep.quotas: 'proportional by source-and-topic' has 250,000 groups, and all settings"
                + " together need ")
        .hasMessageEndingWith(
            "Leave it out, group by source alone, or compare fewer temperatures, mixes or"
                + " budgets.");
    // Those that are chosen when nothing is said stay within what is possible.
    assertThat(
            SweepGrid.of(
                    config("quotas = proportional, by = source-and-topic", ""),
                    List.of("quality"),
                    sources,
                    25)
                .quotas())
        .hasSize(1);
  }

  @Test
  void theTableAndThePageNameTheCurrentConfigurationAndTheFront() throws IOException {
    List<Rated> hostile = new ArrayList<>(CORPUS);
    hostile.add(new Rated("hostile", "</script><img src=x onerror=alert(1)>", 10, 1.0));
    RatingInputs inputs = inputs("a", hostile, CRITERIA, BUCKETS);
    SweepReport report = sweep("a", inputs, "tokens = 25%", "mixes { \"<b>\" { facts = 1 } }");
    List<String> table = SweepTable.lines(report);
    assertThat(table).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    assertThat(table).anySatisfy(line -> assertThat(line).matches("\\*?> *sample .* 1 .*25%.*"));
    String page = text("a", SweepJob.PAGE);
    Files.writeString(SAMPLE, page);
    assertThat(page)
        .contains("default-src 'none'")
        .contains("Chart.js v4.5.1")
        .contains("sample.temperature = infinity")
        .doesNotContain("<img", "<b>\"", "<link", "src=\"", "sourceMappingURL");
    assertThat(report.settings())
        .filteredOn(Setting::front)
        .isNotEmpty()
        .allSatisfy(
            setting ->
                assertThat(report.settings())
                    .filteredOn(other -> other.budget().equals(setting.budget()))
                    .noneMatch(
                        other ->
                            other.figures().quality() > setting.figures().quality()
                                && other.figures().diversity() > setting.figures().diversity()));
    Row row =
        LocalSpark.session()
            .read()
            .parquet(directory("a").table().toString())
            .where("current")
            .collectAsList()
            .get(0);
    assertThat(row.<Double>getAs("quality"))
        .isEqualTo(
            report.settings().stream()
                .filter(Setting::current)
                .findFirst()
                .orElseThrow()
                .figures()
                .quality());
    assertThat(
            LocalSpark.session()
                .read()
                .parquet(directory("a").file("sources").toString())
                .where("setting = " + row.<Integer>getAs("setting"))
                .agg(org.apache.spark.sql.functions.sum("tokens").as("tokens"))
                .first()
                .<Long>getAs("tokens"))
        .isEqualTo(row.<Long>getAs("tokens"));
  }

  /** Whether a setting's figures are those of the rows that were selected with it. */
  private static void assertSame(Setting setting, List<Row> selected) {
    Figures figures = setting.figures();
    assertThat(figures.documents()).as("%s", setting).isEqualTo(selected.size());
    assertThat(figures.tokens())
        .isEqualTo(selected.stream().mapToLong(row -> row.<Integer>getAs("n_tokens")).sum());
    assertThat(figures.distinctDocuments())
        .isEqualTo(selected.stream().map(SweepJobTest::id).distinct().count());
    Map<String, Long> bySource = new TreeMap<>();
    selected.forEach(
        row ->
            bySource.merge(row.getAs("source"), (long) row.<Integer>getAs("n_tokens"), Long::sum));
    assertThat(
            figures.sources().stream()
                .filter(share -> share.tokens() > 0)
                .collect(Collectors.toMap(Share::name, Share::tokens)))
        .isEqualTo(bySource);
    assertThat(figures.sourceEntropy())
        .isCloseTo(entropy(bySource.values(), (double) figures.tokens()), within(1e-9));
    for (Criterion criterion : figures.criteria()) {
      if (criterion.name().equals("facts")) {
        List<Rated> rated = selected.stream().map(row -> BY_ID.get(id(row))).toList();
        double mean =
            rated.stream().mapToDouble(document -> document.tokens() * facts(document)).sum()
                / figures.tokens();
        assertThat(criterion.mean()).isCloseTo(mean, within(criterion.meanError() + 1e-9));
        for (int i = 0; i < SweepReport.QUANTILES.size(); i++) {
          assertThat(criterion.quantiles().get(i))
              .isCloseTo(
                  quantile(rated, SweepReport.QUANTILES.get(i) * figures.tokens()),
                  within(criterion.quantileError()));
        }
      }
    }
  }

  private static double entropy(Iterable<Long> tokens, double total) {
    double entropy = 0;
    for (long count : tokens) {
      entropy -= count / total * Math.log(count / total) / Math.log(2);
    }
    return entropy;
  }

  private static double quantile(List<Rated> rated, double tokens) {
    long sum = 0;
    double last = 0;
    for (Rated document :
        rated.stream().sorted(Comparator.comparing(SweepJobTest::facts)).toList()) {
      if (sum >= tokens && sum > 0) {
        break;
      }
      sum += document.tokens();
      last = facts(document);
    }
    return last;
  }

  private static double overlap(List<Row> selected, List<Row> others) {
    Map<String, Integer> copies = new HashMap<>();
    others.forEach(row -> copies.merge(id(row), 1, Integer::sum));
    long common = 0;
    long all = 0;
    for (Row row : selected) {
      int tokens = row.getAs("n_tokens");
      all += tokens;
      if (copies.merge(id(row), -1, Integer::sum) >= 0) {
        common += tokens;
      }
    }
    return (double) common / all;
  }

  private static Setting at(double temperature, Setting setting) {
    return new Setting(
        setting.number(),
        setting.mix(),
        setting.weights(),
        temperature,
        setting.quotas(),
        setting.budget(),
        setting.budgetTokens(),
        false,
        false,
        null,
        setting.figures());
  }

  private static Setting only(SweepReport report, String mix, double temperature) {
    return report.settings().stream()
        .filter(setting -> setting.mix().equals(mix) && setting.temperature() == temperature)
        .filter(setting -> setting.budget().equals("20%"))
        .findFirst()
        .orElseThrow();
  }

  private static double facts(Rated rated) {
    return Math.cos(rated.tokens() * 1.3) * 3 + rated.quality() / 4;
  }

  private static int topic(Rated rated) {
    return rated.tokens() % TOPICS;
  }

  private static String id(Row row) {
    return HexFormat.of().formatHex(row.<byte[]>getAs("doc_id"));
  }

  /** What the stage sample selects when a setting's lines are pasted below its section. */
  private List<Row> select(
      RatingInputs inputs,
      String sample,
      Setting setting,
      SweepReport report,
      Map<String, List<Row>> known)
      throws IOException {
    String lines = String.join("\n", SettingLines.of(setting, report.maxRepeats()));
    if (!known.containsKey(lines)) {
      StageDirectory output = directory("selection-" + lines.hashCode());
      Section root = section("sample { " + sample + " }\n" + lines);
      SampleConfig config = SampleConfig.read(root.section("sample"));
      root.problems().throwIfAny();
      new SampleJob().run(LocalSpark.context(), config, SEED, inputs, output);
      known.put(
          lines, LocalSpark.session().read().parquet(output.table().toString()).collectAsList());
    }
    return known.get(lines);
  }

  private SweepReport sweep(String name, RatingInputs inputs, String sample, String sweep)
      throws IOException {
    run(name, new SweepJob(), inputs, sample, sweep);
    return Json.read(text(name, SweepJob.FILE), SweepReport.class);
  }

  private SweepResult run(
      String name, SweepJob job, RatingInputs inputs, String sample, String sweep) {
    return job.run(LocalSpark.context(), config(sample, sweep), SEED, inputs, directory(name));
  }

  private String text(String name, String file) {
    return directory(name).text(file).orElseThrow();
  }

  private static SweepConfig config(String sample, String sweep) {
    return SweepConfigTest.config(sample, sweep);
  }

  private static Section section(String text) {
    return Section.root(ConfigFactory.parseString(text), new Problems());
  }

  private RatingInputs inputs(
      String name, List<Rated> corpus, Map<String, Function<Rated, Double>> criteria, int buckets)
      throws IOException {
    Finished<RatingsTable> ratings =
        RatingsFixture.write(folder.resolve(name + "-ratings"), corpus, buckets, criteria);
    StageDirectory calibration = directory(name + "-calibration");
    CalibrationTable table =
        new CalibrateJob()
            .run(LocalSpark.context(), new CalibrateConfig(4096), ratings, calibration)
            .table();
    return RatingInputs.of(ratings, new Finished<>(calibration, table))
        .withTopics(
            RatingsFixture.writeTopics(
                folder.resolve(name + "-topics"), corpus, buckets, TOPICS, SweepJobTest::topic));
  }

  private StageDirectory directory(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), new Configuration());
  }
}
