package io.gradus.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.sample.SampleConfig.Budget;
import io.gradus.jobs.sample.SampleConfig.Method;
import io.gradus.jobs.sample.SampleConfig.Normalise;
import io.gradus.jobs.sample.SampleConfig.Quotas;
import io.gradus.jobs.tables.RatingsFixture;
import io.gradus.jobs.tables.RatingsFixture.Rated;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleJobTest {
  private static final long SEED = 42;
  private static final List<Rated> CORPUS = RatingsFixture.corpus(3_000, 4);
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
    SampleConfig config = config(Method.TOP, 0, new Budget(100_000, 0), Quotas.NONE);
    List<String> expected = prefix(CORPUS, SampleJobTest::score, 100_000);
    assertThat(sample("a", CORPUS, config, SEED)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void temperatureTakesTheLargestGumbelKeys() throws IOException {
    SampleConfig config = config(Method.TEMPERATURE, 2.0, new Budget(100_000, 0), Quotas.NONE);
    List<String> expected =
        prefix(CORPUS, rated -> score(rated) / 2.0 + gumbel(rated, SEED), 100_000);
    assertThat(sample("a", CORPUS, config, SEED)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void uniformIgnoresTheScores() throws IOException {
    SampleConfig config = config(Method.UNIFORM, 1, new Budget(0, 0.5), Quotas.NONE);
    long half = Math.round(CORPUS.stream().mapToLong(Rated::tokens).sum() * 0.5);
    List<String> expected = prefix(CORPUS, rated -> gumbel(rated, SEED), half);
    assertThat(sample("a", CORPUS, config, SEED)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void proportionalQuotasMeetEachSourcesBudgetToWithinOneDocument() throws IOException {
    SampleConfig config =
        config(Method.TEMPERATURE, 1.0, new Budget(100_000, 0), Quotas.PROPORTIONAL);
    SampleResult result = run("a", CORPUS, config, SEED);
    Map<String, Long> available =
        new TreeMap<>(
            CORPUS.stream()
                .collect(
                    Collectors.groupingBy(Rated::source, Collectors.summingLong(Rated::tokens))));
    assertThat(result.groups().stream().map(SampleResult.Group::name))
        .containsExactlyElementsOf(available.keySet());
    assertThat(result.groups().stream().mapToLong(SampleResult.Group::budget).sum())
        .isEqualTo(100_000);
    List<String> expected = new ArrayList<>();
    for (SampleResult.Group group : result.groups()) {
      assertThat(group.available()).isEqualTo(available.get(group.name()));
      assertThat(group.tokens()).isBetween(group.budget(), group.budget() + 500);
      expected.addAll(
          prefix(
              CORPUS.stream().filter(rated -> rated.source().equals(group.name())).toList(),
              rated -> score(rated) + gumbel(rated, SEED),
              group.budget()));
    }
    assertThat(ids("a")).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void aSmallerBudgetIsAPrefixOfALargerOne() throws IOException {
    SampleConfig small = config(Method.TEMPERATURE, 1.0, new Budget(50_000, 0), Quotas.NONE);
    SampleConfig large = config(Method.TEMPERATURE, 1.0, new Budget(200_000, 0), Quotas.NONE);
    assertThat(sample("large", CORPUS, large, SEED))
        .containsAll(sample("small", CORPUS, small, SEED));
  }

  @Test
  void aWholeGroupIsTakenForCertain() throws IOException {
    SampleConfig config = config(Method.TEMPERATURE, 1.0, new Budget(0, 1.0), Quotas.PROPORTIONAL);
    run("a", CORPUS, config, SEED);
    assertThat(rows("a"))
        .hasSize(CORPUS.size())
        .allSatisfy(row -> assertThat(row.<Double>getAs("inclusion")).isEqualTo(1.0));
  }

  @Test
  void furtherDigitsLeadToTheSameSelection() throws IOException {
    SampleConfig config =
        config(Method.TEMPERATURE, 2.0, new Budget(100_000, 0), Quotas.PROPORTIONAL);
    List<String> expected = sample("a", CORPUS, config, SEED);
    SampleResult result = run("b", new SampleJob(4), CORPUS, config, SEED);
    assertThat(ids("b")).isEqualTo(expected);
    assertThat(result.scans()).isGreaterThan(2);
  }

  @Test
  void theDigitsOfDocIdBreakTies() throws IOException {
    List<Rated> equal =
        CORPUS.subList(0, 300).stream()
            .map(rated -> new Rated(rated.name(), rated.source(), rated.tokens(), 1.0))
            .toList();
    SampleConfig config = config(Method.TOP, 0, new Budget(10_000, 0), Quotas.NONE);
    SampleResult result = run("a", new SampleJob(1), equal, config, SEED);
    assertThat(ids("a")).isEqualTo(prefix(equal, rated -> 0, 10_000));
    // Four digits of equal keys, then one of doc_id that leaves a single row.
    assertThat(result.scans()).isEqualTo(6);
  }

  @Test
  void equalScoresAreSelectedByDocId() throws IOException {
    List<Rated> equal =
        CORPUS.stream()
            .map(rated -> new Rated(rated.name(), rated.source(), rated.tokens(), 1.0))
            .toList();
    SampleConfig config = config(Method.TOP, 0, new Budget(10_000, 0), Quotas.NONE);
    assertThat(sample("a", equal, config, SEED))
        .containsExactlyInAnyOrderElementsOf(prefix(equal, rated -> 0, 10_000));
  }

  @Test
  void aMissingRatingCountsAsTheMean() throws IOException {
    List<Rated> corpus =
        List.of(
            new Rated("low", "s", 10, -1.0),
            new Rated("missing", "s", 10, null),
            new Rated("high", "s", 10, 3.0));
    SampleConfig config = config(Method.TOP, 0, new Budget(15, 0), Quotas.NONE);
    assertThat(sample("a", corpus, config, SEED))
        .containsExactlyInAnyOrder(corpus.get(1).docId(), corpus.get(2).docId());
  }

  @Test
  void theFilesAreTheSameForAnyPartitioning() throws IOException {
    SampleConfig config = config(Method.TEMPERATURE, 1.0, new Budget(100_000, 0), Quotas.NONE);
    run("a", CORPUS, config, SEED);
    List<Row> first = rows("a");
    LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "7");
    LocalSpark.session().conf().set("spark.sql.files.maxPartitionBytes", "20000");
    try {
      run("b", CORPUS, config, SEED);
    } finally {
      LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "4");
      LocalSpark.session().conf().unset("spark.sql.files.maxPartitionBytes");
    }
    assertThat(rows("b")).isEqualTo(first);
  }

  @Test
  void inverseInclusionEstimatesTheCorpus() throws IOException {
    List<Rated> few = CORPUS.subList(0, 300);
    SampleConfig config = config(Method.TEMPERATURE, 1.0, new Budget(0, 0.3), Quotas.NONE);
    double promised = 0;
    int seeds = 20;
    for (int seed = 0; seed < seeds; seed++) {
      run("seed" + seed, few, config, seed);
      for (Row row : rows("seed" + seed)) {
        // Horvitz-Thompson: each document stands for 1 / inclusion documents.
        promised += 1 / row.<Double>getAs("inclusion");
      }
    }
    assertThat(promised / seeds).isBetween(270.0, 330.0);
  }

  @Test
  void aBudgetAboveTheCorpusSaysHowMuchThereIs() {
    SampleConfig config = config(Method.TOP, 0, new Budget(30_000_000_000L, 0), Quotas.NONE);
    long total = CORPUS.stream().mapToLong(Rated::tokens).sum();
    assertThatThrownBy(() -> run("a", CORPUS, config, SEED))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith(
            "sample.tokens: the budget is 30,000,000,000 tokens (30B), but all rated documents"
                + " together have only ")
        .hasMessageEndingWith("Set sample.tokens to at most " + total + ", or add input.");
  }

  @Test
  void anUnknownCriterionIsRefusedWithTheNearestOne() {
    SampleConfig config =
        new SampleConfig(
            Method.TOP,
            0,
            new Budget(10, 0),
            Map.of("qualty", 1.0),
            Normalise.Z_SCORE,
            Quotas.NONE);
    assertThatThrownBy(() -> run("a", CORPUS, config, SEED))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.weights.qualty: no rater gives this criterion; did you mean 'quality'?"
                + " There are: quality.");
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

  private static double score(Rated rated) {
    return (rated.quality() - MEAN) / DEVIATION;
  }

  /** The noise from its definition, with another implementation of XXH64. */
  private static double gumbel(Rated rated, long seed) {
    XXHash64 xx = XXHashFactory.safeInstance().hash64();
    byte[] purpose = "sample".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    long hash = xx.hash(purpose, 0, purpose.length, 42);
    byte[] seedBytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(seed).array();
    hash = xx.hash(seedBytes, 0, 8, hash);
    hash = xx.hash(HexFormat.of().parseHex(rated.docId()), 0, 16, hash);
    double unit = ((hash >>> 12) + 0.5) * 0x1.0p-52;
    return -StrictMath.log(-StrictMath.log(unit));
  }

  private static SampleConfig config(
      Method method, double temperature, Budget budget, Quotas quotas) {
    return new SampleConfig(method, temperature, budget, Map.of(), Normalise.Z_SCORE, quotas);
  }

  private List<String> sample(String name, List<Rated> corpus, SampleConfig config, long seed)
      throws IOException {
    run(name, corpus, config, seed);
    return ids(name);
  }

  private SampleResult run(String name, List<Rated> corpus, SampleConfig config, long seed)
      throws IOException {
    return run(name, new SampleJob(), corpus, config, seed);
  }

  private SampleResult run(
      String name, SampleJob job, List<Rated> corpus, SampleConfig config, long seed)
      throws IOException {
    Finished<RatingsTable> ratings =
        RatingsFixture.write(folder.resolve(name + "-ratings"), corpus, 3);
    StageDirectory output =
        new StageDirectory(
            new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), new Configuration());
    return job.run(LocalSpark.context(), config, seed, ratings, calibration(corpus), output);
  }

  private static CalibrationTable calibration(List<Rated> corpus) {
    double[] scores =
        corpus.stream()
            .filter(rated -> rated.quality() != null)
            .mapToDouble(Rated::quality)
            .toArray();
    double mean = java.util.Arrays.stream(scores).average().orElseThrow();
    double deviation =
        Math.sqrt(
            java.util.Arrays.stream(scores)
                .map(score -> (score - mean) * (score - mean))
                .average()
                .orElseThrow());
    return new CalibrationTable(
        Map.of(
            "quality",
            new CalibrationTable.Moments(scores.length, 0, mean, deviation, 0, 0, Map.of())),
        1);
  }

  private List<Row> rows(String name) {
    return LocalSpark.session()
        .read()
        .parquet(folder.resolve(name).resolve("table").toString())
        .collectAsList();
  }

  private List<String> ids(String name) {
    return rows(name).stream()
        .map(row -> HexFormat.of().formatHex(row.<byte[]>getAs("doc_id")))
        .toList();
  }
}
