package io.gradus.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
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
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.calibrate.CalibrateConfig;
import io.gradus.jobs.calibrate.CalibrateJob;
import io.gradus.jobs.tables.RatingsFixture;
import io.gradus.jobs.tables.RatingsFixture.Rated;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleJobTest {
  private static final long SEED = 42;
  private static final int BUCKETS = 3;
  private static final int TOPICS = 3;
  private static final List<Rated> CORPUS = RatingsFixture.corpus(3_000, 4);
  private static final long TOKENS = CORPUS.stream().mapToLong(Rated::tokens).sum();
  private static final double MEAN =
      CORPUS.stream().mapToDouble(Rated::quality).average().orElseThrow();
  private static final double DEVIATION =
      Math.sqrt(
          CORPUS.stream()
              .mapToDouble(rated -> (rated.quality() - MEAN) * (rated.quality() - MEAN))
              .average()
              .orElseThrow());

  @TempDir Path folder;

  @Test
  void topTakesTheBestUntilTheBudgetIsReached() throws IOException {
    assertThat(sample("a", CORPUS, "method = top, tokens = 100000"))
        .containsExactlyInAnyOrderElementsOf(prefix(CORPUS, SampleJobTest::score, 100_000));
  }

  @Test
  void bottomTakesTheWorst() throws IOException {
    assertThat(sample("a", CORPUS, "method = bottom, tokens = 100000"))
        .containsExactlyInAnyOrderElementsOf(prefix(CORPUS, rated -> -score(rated), 100_000));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 0.5, 2.0, 1e9})
  void temperatureTakesTheLargestGumbelKeys(double temperature) throws IOException {
    assertThat(
            sample("a", CORPUS, "method = temperature, tokens = 100k, temperature=" + temperature))
        .containsExactlyInAnyOrderElementsOf(
            prefix(CORPUS, rated -> score(rated) / temperature + gumbel(rated, SEED), 100_000));
  }

  @Test
  void temperatureZeroIsTopAndInfinityIsUniform() throws IOException {
    assertThat(sample("cold", CORPUS, "temperature = 0, tokens = 10%"))
        .isEqualTo(sample("top", CORPUS, "method = top, tokens = 10%"));
    assertThat(sample("hot", CORPUS, "temperature = infinity, tokens = 10%"))
        .isEqualTo(sample("uniform", CORPUS, "method = uniform, tokens = 10%"));
  }

  @Test
  void uniformIgnoresTheScores() throws IOException {
    assertThat(sample("a", CORPUS, "method = uniform, tokens = 50%"))
        .containsExactlyInAnyOrderElementsOf(
            prefix(CORPUS, rated -> gumbel(rated, SEED), Math.round(TOKENS * 0.5)));
  }

  @Test
  void thresholdDrawsUniformlyAmongTheGood() throws IOException {
    List<Rated> good = CORPUS.stream().filter(rated -> score(rated) >= 0.25).toList();
    long tokens = good.stream().mapToLong(Rated::tokens).sum();
    SampleResult result = run("a", CORPUS, "method = threshold, threshold = 0.25, tokens = 30%");
    assertThat(result.available()).isEqualTo(tokens);
    assertThat(result.unselectable().get("below-threshold").documents())
        .isEqualTo(CORPUS.size() - good.size());
    assertThat(ids("a"))
        .containsExactlyInAnyOrderElementsOf(
            prefix(good, rated -> gumbel(rated, SEED), Math.round(tokens * 0.3)));
  }

  @Test
  void binsRepeatADocumentByItsQuality() throws IOException {
    run("a", CORPUS, "method = bins, bins { repeats = [0, 0.5, 1, 2.5] }");
    List<Rated> byScore = new ArrayList<>(CORPUS);
    byScore.sort(Comparator.comparingDouble(SampleJobTest::score));
    Map<String, Long> copies = copies("a");
    long before = 0;
    long[] documents = new long[4];
    long[] taken = new long[4];
    for (Rated rated : byScore) {
      // Well inside a bin, where the few documents of one cell of scores do not matter.
      double quality = (before + rated.tokens() / 2.0) / TOKENS * 4;
      before += rated.tokens();
      if (Math.abs(quality - Math.rint(quality)) > 0.02) {
        documents[(int) quality]++;
        taken[(int) quality] += copies.getOrDefault(rated.docId(), 0L);
      }
    }
    assertThat(taken[0]).isZero();
    assertThat((double) taken[1] / documents[1]).isCloseTo(0.5, within(0.07));
    assertThat(taken[2]).isEqualTo(documents[2]);
    assertThat((double) taken[3] / documents[3]).isCloseTo(2.5, within(0.07));
    assertThat(rows("a"))
        .filteredOn(row -> row.<Integer>getAs("repeat") == 2)
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.<Double>getAs("inclusion")).isEqualTo(0.5));
  }

  @Test
  void binsWithABudgetDrawUniformlyAmongTheCopies() throws IOException {
    SampleResult all = run("all", CORPUS, "method = bins, bins { repeats = [0, 1, 2] }");
    SampleResult half =
        run("half", CORPUS, "method = bins, bins { repeats = [0, 1, 2] }, tokens = 50%");
    assertThat(half.budget()).isEqualTo(Math.round(all.available() * 0.5));
    assertThat(half.table().tokens()).isBetween(half.budget(), half.budget() + 500);
    Map<String, Long> allCopies = copies("all");
    // The crossing document has as many copies as the budget needs, all others have all of them.
    assertThat(copies("half").entrySet())
        .filteredOn(copies -> !copies.getValue().equals(allCopies.get(copies.getKey())))
        .hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void theSigmoidFavoursTheBestOfEachSource() throws IOException {
    run(
        "a",
        CORPUS,
        "method = sigmoid, percentile-by = source,"
            + " sigmoid { eta = 3, lambda = 20, omega = 0.3, epsilon = 0.01 }");
    Map<String, Long> copies = copies("a");
    for (int source = 0; source < 4; source++) {
      List<Rated> members = of("source-" + source);
      members.sort(Comparator.comparingDouble(SampleJobTest::score).reversed());
      double best = mean(members.subList(0, 40), copies);
      double worst = mean(members.subList(members.size() / 2, members.size()), copies);
      assertThat(best).isGreaterThan(2.7);
      assertThat(worst).isBetween(0.0, 0.04);
    }
  }

  @Test
  void proportionalQuotasMeetEachSourcesBudgetToWithinOneDocument() throws IOException {
    SampleResult result = run("a", CORPUS, "quotas = proportional, tokens = 100k");
    assertThat(result.groups().stream().mapToLong(SampleResult.Group::budget).sum())
        .isEqualTo(100_000);
    List<String> expected = new ArrayList<>();
    for (SampleResult.Group group : result.groups()) {
      List<Rated> members = of(group.name());
      long tokens = members.stream().mapToLong(Rated::tokens).sum();
      assertThat(group.available()).isEqualTo(tokens);
      assertThat((double) group.budget()).isCloseTo(1e5 * tokens / TOKENS, within(1.0));
      assertThat(group.tokens()).isBetween(group.budget(), group.budget() + 500);
      expected.addAll(prefix(members, rated -> score(rated) + gumbel(rated, SEED), group.budget()));
    }
    assertThat(ids("a")).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void sourcesThenTopicsShareTheBudget() throws IOException {
    SampleResult result =
        run(
            "a",
            CORPUS,
            "method = top, tokens = 100k, quotas = equal, by = source-and-topic,"
                + " topic-quotas = equal");
    // One more in each source, for documents without a topic; it is empty here.
    assertThat(result.groupCount()).isEqualTo(4 * (TOPICS + 1));
    List<String> expected = new ArrayList<>();
    for (SampleResult.Group group : result.groups()) {
      assertThat(group.budget())
          .isIn(group.name().endsWith("topic " + TOPICS) ? List.of(0L) : List.of(8_333L, 8_334L));
      List<String> names = List.of(group.name().split(" / topic ", -1));
      expected.addAll(
          prefix(
              of(names.get(0)).stream()
                  .filter(rated -> topic(rated) == Integer.parseInt(names.get(1)))
                  .toList(),
              SampleJobTest::score,
              group.budget()));
    }
    assertThat(ids("a")).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(rows("a"))
        .allSatisfy(
            row ->
                assertThat(row.<String>getAs("group"))
                    .isEqualTo(row.getAs("source") + " / topic " + row.<Integer>getAs("topic")));
  }

  @Test
  void aSmallerBudgetIsAPrefixOfALargerOne() throws IOException {
    List<String> smaller = List.of();
    for (String tokens : List.of("1", "10k", "50k", "200k", "100%")) {
      List<String> larger = sample("of" + tokens, CORPUS, "tokens = \"" + tokens + "\"");
      assertThat(larger).containsAll(smaller).hasSizeGreaterThan(smaller.size());
      smaller = larger;
    }
    assertThat(smaller).hasSize(CORPUS.size());
  }

  @Test
  void aBudgetOfOneTokenTakesOneDocument() throws IOException {
    assertThat(sample("a", CORPUS, "tokens = 1")).hasSize(1);
  }

  @Test
  void wholeGroupsAreTakenForCertain() throws IOException {
    run("a", CORPUS, "quotas = proportional");
    assertThat(rows("a"))
        .hasSize(CORPUS.size())
        .allSatisfy(row -> assertThat(row.<Double>getAs("inclusion")).isEqualTo(1.0));
  }

  @Test
  void repeatsTakeEverythingAndTheRestOnceMore() throws IOException {
    SampleResult result = run("a", CORPUS, "max-repeats = 3, tokens = " + (2 * TOKENS + 100_000));
    List<String> twice = prefix(CORPUS, rated -> score(rated) + gumbel(rated, SEED), 100_000);
    Map<String, Long> copies = copies("a");
    assertThat(copies).hasSize(CORPUS.size());
    assertThat(copies.entrySet().stream().filter(entry -> entry.getValue() == 3))
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrderElementsOf(twice);
    assertThat(copies.values()).allMatch(count -> count == 2 || count == 3);
    assertThat(result.table().tokens()).isBetween(2 * TOKENS + 100_000, 2 * TOKENS + 100_500);
    assertThat(rows("a"))
        .allSatisfy(
            row ->
                assertThat(row.<Double>getAs("inclusion") == 1.0)
                    .isEqualTo(row.<Integer>getAs("repeat") < 2));
  }

  @Test
  void aGroupOfOneDocumentLargerThanItsBudgetIsTaken() throws IOException {
    List<Rated> corpus = new ArrayList<>(CORPUS.subList(0, 100));
    corpus.add(new Rated("giant", "giants", 1_000_000, 0.5));
    SampleResult result = run("a", corpus, "quotas = equal, tokens = 1000");
    assertThat(result.groups())
        .filteredOn(group -> group.name().equals("giants"))
        .singleElement()
        .satisfies(
            group -> {
              assertThat(group.budget()).isEqualTo(200);
              assertThat(group.tokens()).isEqualTo(1_000_000);
              assertThat(group.documents()).isEqualTo(1);
            });
  }

  @Test
  void heldOutDocumentsAreListedAndNeverSelected() throws IOException {
    SampleResult result = run("a", CORPUS, "validation = 10%, tokens = 100%");
    List<String> heldOut =
        LocalSpark.session()
            .read()
            .parquet(folder.resolve("a").resolve("validation").toString())
            .collectAsList()
            .stream()
            .map(SampleJobTest::id)
            .toList();
    assertThat(heldOut)
        .containsExactlyElementsOf(
            CORPUS.stream()
                .filter(rated -> unit("validation", rated, SEED) < 0.1)
                .map(Rated::docId)
                .sorted()
                .toList());
    assertThat(ids("a"))
        .hasSize(CORPUS.size() - heldOut.size())
        .doesNotContainAnyElementsOf(heldOut);
    assertThat(result.unselectable().get("held-out").documents()).isEqualTo(heldOut.size());
  }

  @Test
  void equalScoresAreSelectedByDocId() throws IOException {
    List<Rated> equal =
        CORPUS.stream()
            .map(rated -> new Rated(rated.name(), rated.source(), rated.tokens(), 1.0))
            .toList();
    List<String> expected = prefix(equal, rated -> 0, 10_000);
    assertThat(sample("a", equal, "method = top, tokens = 10k"))
        .containsExactlyInAnyOrderElementsOf(expected);
    SampleResult finer =
        run("b", new SampleJob(1, 1, 500), equal, "method = top, tokens = 10k", BUCKETS);
    assertThat(ids("b")).containsExactlyInAnyOrderElementsOf(expected);
    // A scan for keys, one that finds them equal, one by doc_id, and one for the last document.
    assertThat(finer.scans()).isEqualTo(4);
  }

  @Test
  void equalScoresAreDrawnUniformlyAndAllInTheMiddle() throws IOException {
    List<Rated> equal =
        CORPUS.stream()
            .map(rated -> new Rated(rated.name(), rated.source(), rated.tokens(), -0.1))
            .toList();
    assertThat(sample("a", equal, "temperature = 0.1, tokens = 10k"))
        .containsExactlyInAnyOrderElementsOf(prefix(equal, rated -> gumbel(rated, SEED), 10_000));
    run("b", equal, "method = bins, bins { repeats = [0, 0, 2, 0, 0] }");
    assertThat(copies("b")).hasSize(equal.size());
    assertThat(copies("b").values()).containsOnly(2L);
  }

  @Test
  void ofOneSourceQuotasAreOneBudget() throws IOException {
    List<Rated> one = of("source-2");
    assertThat(sample("quotas", one, "quotas = equal, tokens = 20k"))
        .isEqualTo(sample("none", one, "tokens = 20k"));
  }

  @Test
  void aScoreThatTheTemperatureMakesInfiniteIsInForCertain() throws IOException {
    List<Rated> corpus =
        List.of(
            new Rated("a", "s", 10, 1e300),
            new Rated("b", "s", 10, 1e300),
            new Rated("c", "s", 10, -1e300));
    List<String> expected = prefix(corpus, Rated::quality, 10);
    assertThat(sample("x", corpus, "temperature = 1e-9, normalise = none, tokens = 10"))
        .isEqualTo(expected);
    assertThat(rows("x"))
        .singleElement()
        .satisfies(row -> assertThat(row.<Double>getAs("inclusion")).isEqualTo(1.0));
  }

  @Test
  void whenNothingCanBeSelectedTheReasonsAreNamed() {
    assertThatThrownBy(() -> run("a", CORPUS, "method = threshold, threshold = 99"))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample: no document can be selected: 3,000 below-threshold. Change the keys of the"
                + " section sample that rule them out; docs/selection.md explains the reasons.");
  }

  @Test
  void groupsThatFallShortAreCountedAndTheOthersGetTheRest() throws IOException {
    List<Rated> corpus = new ArrayList<>(CORPUS);
    corpus.add(new Rated("small", "small", 40, 0.5));
    SampleResult result = run("a", corpus, "quotas = equal, tokens = 100k");
    assertThat(result.shortGroups()).isEqualTo(1);
    assertThat(result.groups())
        .extracting(SampleResult.Group::name, SampleResult.Group::quota, SampleResult.Group::budget)
        .contains(tuple("small", 20_000L, 40L), tuple("source-0", 20_000L, 24_990L));
    // A minimum makes others get less than their quota, and none of them fall short.
    assertThat(
            run("b", CORPUS, "quotas = equal, tokens = 100k, minimum { source-0 = 50k }")
                .shortGroups())
        .isZero();
  }

  @Test
  void docIdsThatDifferOnlyAtTheEndAreToldApart() throws IOException {
    List<Rated> twins =
        IntStream.range(0, 200)
            .mapToObj(i -> new Rated(String.format("id:ab12cd34ef56ab78%016x", i), "s", 10, 1.0))
            .toList();
    List<String> expected = twins.stream().limit(37).map(Rated::docId).toList();
    assertThat(sample("a", twins, "method = top, tokens = 365")).isEqualTo(expected);
    run("b", new SampleJob(0, 1, 500), twins, "method = top, tokens = 365", BUCKETS);
    assertThat(ids("b")).isEqualTo(expected);
  }

  @Test
  void aMissingRatingCountsAsTheMeanOrTheWorstOrExcludes() throws IOException {
    List<Rated> corpus =
        List.of(
            new Rated("low", "s", 10, -1.0),
            new Rated("missing", "s", 10, null),
            new Rated("not a number", "s", 10, Double.NaN),
            new Rated("infinite", "s", 10, Double.NEGATIVE_INFINITY),
            new Rated("high", "s", 10, 3.0));
    assertThat(sample("mean", corpus, "method = top, tokens = 35"))
        .doesNotContain(corpus.get(0).docId())
        .hasSize(4);
    assertThat(sample("lowest", corpus, "method = top, tokens = 5, missing = lowest"))
        .containsExactly(corpus.get(4).docId());
    SampleResult result = run("exclude", corpus, "method = top, missing = exclude");
    assertThat(ids("exclude"))
        .containsExactlyInAnyOrder(corpus.get(0).docId(), corpus.get(4).docId());
    assertThat(result.unselectable())
        .isEqualTo(Map.of("missing-rating", new SampleResult.Unselected(3, 30)));
  }

  @Test
  void aSourceOfWhichNothingCanBeSelectedGetsNoBudget() throws IOException {
    List<Rated> corpus = new ArrayList<>(CORPUS.subList(0, 200));
    corpus.add(new Rated("unrated", "empty", 50, null));
    SampleResult result = run("a", corpus, "missing = exclude, quotas = equal, tokens = 5000");
    assertThat(result.groups())
        .filteredOn(group -> group.name().equals("empty"))
        .singleElement()
        .isEqualTo(new SampleResult.Group("empty", 0, 0, 0, 0, 0, null));
    assertThat(result.table().tokens()).isGreaterThanOrEqualTo(5000);
  }

  @Test
  void scoresOfAnySizeAreCompared() throws IOException {
    List<Rated> corpus =
        List.of(
            new Rated("a", "s", 10, -1e308),
            new Rated("b", "s", 10, 1e308),
            new Rated("c", "s", 10, -5.0));
    assertThat(
            sample(
                "a",
                corpus,
                "method = top, tokens = 15, normalise = none, weights { quality = 10 }"))
        .containsExactlyInAnyOrder(corpus.get(1).docId(), corpus.get(2).docId());
  }

  @Test
  void ranksBySourceMakeSourcesComparable() throws IOException {
    SampleResult result =
        run("a", CORPUS, "method = top, tokens = 50%, normalise = rank, normalise-by = source");
    for (int source = 0; source < 4; source++) {
      String name = "source-" + source;
      long all = of(name).stream().mapToLong(Rated::tokens).sum();
      assertThat((double) result.table().tokensBySource().get(name) / all)
          .isCloseTo(0.5, within(0.01));
    }
  }

  @Test
  void theSelectionIsTheSameForAnyNumberOfRatingFiles() throws IOException {
    String settings = "temperature = 1, tokens = 100k, quotas = proportional";
    List<String> expected = sample("a", CORPUS, settings);
    for (int buckets : new int[] {1, 7, 64}) {
      run("of" + buckets, new SampleJob(), CORPUS, settings, buckets);
      assertThat(ids("of" + buckets)).isEqualTo(expected);
    }
  }

  @Test
  void filesOfTheSelectionAreRunsOfRatingFiles() throws IOException {
    run("a", new SampleJob(1000, 1, 300), CORPUS, "tokens = 50%", 8);
    List<Row> rows = rows("a");
    assertThat(LocalSpark.session().read().parquet(table("a")).inputFiles()).hasSizeGreaterThan(3);
    assertThat(rows.stream().map(SampleJobTest::id).toList()).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void inverseInclusionEstimatesTheCorpus() throws IOException {
    List<Rated> few = CORPUS.subList(0, 300);
    double promised = 0;
    int seeds = 20;
    for (int seed = 0; seed < seeds; seed++) {
      run("seed" + seed, new SampleJob(), few, "tokens = 30%", BUCKETS, seed);
      for (Row row : rows("seed" + seed)) {
        // Horvitz-Thompson: each document stands for 1 / inclusion documents.
        promised += 1 / row.<Double>getAs("inclusion");
      }
    }
    assertThat(promised / seeds).isBetween(270.0, 330.0);
  }

  @Test
  void aBudgetAboveTheCorpusSaysHowMuchThereIs() {
    assertThatThrownBy(() -> run("a", CORPUS, "method = top, tokens = 30B"))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith(
            "sample.tokens: the budget is 30,000,000,000 tokens (30B), but all documents that can"
                + " be selected have only ")
        .hasMessageEndingWith(
            "Set sample.tokens to at most " + TOKENS + ", raise sample.max-repeats, or add input.");
  }

  @Test
  void anUnknownCriterionIsRefusedWithTheNearestOne() {
    assertThatThrownBy(() -> run("a", CORPUS, "weights { qualty = 1 }"))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.weights.qualty: no rater gives this criterion; did you mean 'quality'?"
                + " There are: quality.");
  }

  @Test
  void anUnknownReferenceIsRefused() {
    assertThatThrownBy(() -> run("a", CORPUS, "reference = loss"))
        .isInstanceOf(UserMistake.class)
        .hasMessage("sample.reference: no rater gives the criterion 'loss'; there are: quality.");
  }

  @Test
  void quotasByTopicNeedTopics() {
    assertThatThrownBy(
            () ->
                new SampleJob()
                    .run(
                        LocalSpark.context(),
                        config("quotas = equal, by = topic"),
                        SEED,
                        inputs("a", CORPUS.subList(0, 10), 1, List.of()),
                        directory("a")))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.by: quotas by topic need topics; add a section topics { count = 25 }, or set"
                + " sample.by = source.");
  }

  /** The documents that a full sort selects. */
  private static List<String> prefix(List<Rated> corpus, ToDoubleFunction<Rated> key, long budget) {
    List<Rated> sorted =
        corpus.stream()
            .sorted(Comparator.comparingDouble(key).reversed().thenComparing(Rated::docId))
            .toList();
    List<String> selected = new ArrayList<>();
    long tokens = 0;
    for (Rated rated : sorted) {
      if (tokens >= budget) {
        break;
      }
      selected.add(rated.docId());
      tokens += rated.tokens();
    }
    return selected;
  }

  private static List<Rated> of(String source) {
    return CORPUS.stream()
        .filter(rated -> rated.source().equals(source))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static int topic(Rated rated) {
    return rated.tokens() % TOPICS;
  }

  private static double mean(List<Rated> documents, Map<String, Long> copies) {
    return documents.stream()
        .mapToLong(rated -> copies.getOrDefault(rated.docId(), 0L))
        .average()
        .orElseThrow();
  }

  private static double score(Rated rated) {
    return (rated.quality() - MEAN) / DEVIATION;
  }

  private static double gumbel(Rated rated, long seed) {
    return -StrictMath.log(-StrictMath.log(unit("sample", rated, seed)));
  }

  /** The uniform number from its definition, with another implementation of XXH64. */
  private static double unit(String purpose, Rated rated, long seed) {
    XXHash64 xx = XXHashFactory.safeInstance().hash64();
    byte[] bytes = purpose.getBytes(StandardCharsets.UTF_8);
    long hash = xx.hash(bytes, 0, bytes.length, 42);
    byte[] seedBytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(seed).array();
    hash = xx.hash(seedBytes, 0, 8, hash);
    hash = xx.hash(HexFormat.of().parseHex(rated.docId()), 0, 16, hash);
    return ((hash >>> 12) + 0.5) * 0x1.0p-52;
  }

  private List<String> sample(String name, List<Rated> corpus, String settings) throws IOException {
    run(name, corpus, settings);
    return ids(name);
  }

  private SampleResult run(String name, List<Rated> corpus, String settings) throws IOException {
    return run(name, new SampleJob(), corpus, settings, BUCKETS);
  }

  private SampleResult run(
      String name, SampleJob job, List<Rated> corpus, String settings, int buckets)
      throws IOException {
    return run(name, job, corpus, settings, buckets, SEED);
  }

  private SampleResult run(
      String name, SampleJob job, List<Rated> corpus, String settings, int buckets, long seed)
      throws IOException {
    RatingInputs inputs = inputs(name, corpus, buckets, List.of(TOPICS));
    return job.run(LocalSpark.context(), config(settings), seed, inputs, directory(name));
  }

  private static SampleConfig config(String settings) {
    Problems problems = new Problems();
    SampleConfig config =
        SampleConfig.read(
            Section.root(ConfigFactory.parseString("sample { " + settings + " }"), problems)
                .section("sample"));
    problems.throwIfAny();
    return config;
  }

  /** Ratings and their calibration, with topics where a number of them is given. */
  private RatingInputs inputs(String name, List<Rated> corpus, int buckets, List<Integer> topics)
      throws IOException {
    Finished<RatingsTable> ratings =
        RatingsFixture.write(folder.resolve(name + "-ratings"), corpus, buckets);
    StageDirectory calibration = directory(name + "-calibration");
    CalibrationTable table =
        new CalibrateJob()
            .run(LocalSpark.context(), new CalibrateConfig(4096), ratings, calibration)
            .table();
    RatingInputs inputs = RatingInputs.of(ratings, new Finished<>(calibration, table));
    return topics.isEmpty()
        ? inputs
        : inputs.withTopics(
            RatingsFixture.writeTopics(
                folder.resolve(name + "-topics"),
                corpus,
                buckets,
                topics.get(0),
                SampleJobTest::topic));
  }

  private StageDirectory directory(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), new Configuration());
  }

  private String table(String name) {
    return folder.resolve(name).resolve("table").toString();
  }

  private List<Row> rows(String name) {
    return LocalSpark.session()
        .read()
        .parquet(table(name))
        .orderBy("doc_id", "repeat")
        .collectAsList();
  }

  private Map<String, Long> copies(String name) {
    return new TreeMap<>(
        ids(name).stream()
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
  }

  private List<String> ids(String name) {
    return rows(name).stream().map(SampleJobTest::id).toList();
  }

  private static String id(Row row) {
    return HexFormat.of().formatHex(row.<byte[]>getAs("doc_id"));
  }
}
