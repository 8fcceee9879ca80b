package io.gradus.jobs.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gradus.common.selection.Calibration;
import io.gradus.common.selection.Calibration.Detail;
import io.gradus.common.selection.Summary;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.CalibrationTable.Moments;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.tables.RatingsFixture;
import io.gradus.jobs.tables.RatingsFixture.Rated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrateJobTest {
  private static final CalibrateConfig CONFIG = new CalibrateConfig(4096);

  @TempDir Path folder;

  @Test
  void momentsAreThoseOfTheScores() throws IOException {
    List<Rated> corpus = RatingsFixture.corpus(500, 3);
    Moments moments = overall(calibrate("a", corpus, 16));

    double[] scores = scores(corpus);
    double mean = Arrays.stream(scores).average().orElseThrow();
    double variance =
        Arrays.stream(scores).map(score -> (score - mean) * (score - mean)).average().orElseThrow();
    assertThat(moments.documents()).isEqualTo(500);
    assertThat(moments.missing()).isZero();
    assertThat(moments.mean()).isCloseTo(mean, within(1e-12));
    assertThat(moments.standardDeviation()).isCloseTo(Math.sqrt(variance), within(1e-12));
    Arrays.sort(scores);
    assertThat(moments.minimum()).isEqualTo(scores[0]);
    assertThat(moments.maximum()).isEqualTo(scores[499]);
    assertThat(moments.quantiles().keySet()).containsExactly("0.05", "0.25", "0.5", "0.75", "0.95");
    assertThat(moments.quantiles().get("0.5"))
        .isCloseTo((scores[249] + scores[250]) / 2, within(2e-2));
  }

  @Test
  void everySourceHasItsOwnRow() throws IOException {
    List<Rated> corpus = RatingsFixture.corpus(500, 3);
    CalibrateResult result = calibrate("a", corpus, 16);
    assertThat(result.rows()).isEqualTo(4);
    assertThat(result.table().sources()).isEqualTo(3);
    List<Row> rows = rows("a");
    assertThat(rows.stream().map(row -> row.<String>getAs("source")))
        .containsExactly(null, "source-0", "source-1", "source-2");
    assertThat(rows.stream().skip(1).mapToLong(row -> row.getAs("documents")).sum()).isEqualTo(500);
    long tokens = corpus.stream().mapToLong(Rated::tokens).sum();
    assertThat(rows.stream().skip(1).mapToLong(row -> row.getAs("tokens")).sum()).isEqualTo(tokens);
    assertThat(rows.get(0).<Long>getAs("tokens")).isEqualTo(tokens);
  }

  @Test
  void percentilesAreWithinTheirStatedErrorBySourceAndOverall() throws IOException {
    Random random = new Random(8);
    List<Rated> corpus = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      String source = i % 4 == 0 ? "wide" : "narrow";
      double score = i % 4 == 0 ? 100 * random.nextGaussian() : 3 + 0.1 * random.nextGaussian();
      corpus.add(new Rated("document " + i, source, 1 + random.nextInt(2000), score));
    }
    Calibration calibration = load("a", calibrate("a", corpus, 8));

    assertThat(calibration.sources()).containsExactly("narrow", "wide");
    assertThat(checkedError(corpus, calibration.overall(0), "a", null)).isLessThan(2e-3);
    assertThat(checkedError(of(corpus, "narrow"), calibration.ofSource(0, 0), "a", "narrow"))
        .isLessThan(1e-2);
    assertThat(checkedError(of(corpus, "wide"), calibration.ofSource(0, 1), "a", "wide"))
        .isLessThan(1e-2);
  }

  /** The error that the row states, after it was seen to hold for every document. */
  private double checkedError(List<Rated> corpus, Summary summary, String name, String source) {
    double[] scores = scores(corpus);
    double[] exact = MidRanks.of(scores, corpus.stream().mapToInt(Rated::tokens).toArray());
    double stated =
        rows(name).stream()
            .filter(row -> Objects.equals(row.getAs("source"), source))
            .findFirst()
            .orElseThrow()
            .<Double>getAs("rank_error");
    for (int i = 0; i < scores.length; i++) {
      assertThat(summary.percentile(scores[i])).isCloseTo(exact[i], within(stated + 1e-12));
    }
    return stated;
  }

  @Test
  void missingAndInfiniteScoresAreCountedNotAveraged() throws IOException {
    List<Rated> corpus = new ArrayList<>(RatingsFixture.corpus(10, 1));
    corpus.add(new Rated("none", "source-0", 5, null));
    corpus.add(new Rated("nan", "source-0", 5, Double.NaN));
    corpus.add(new Rated("infinite", "source-0", 5, Double.NEGATIVE_INFINITY));
    Moments moments = overall(calibrate("a", corpus, 4));
    assertThat(moments.documents()).isEqualTo(10);
    assertThat(moments.missing()).isEqualTo(3);
    assertThat(moments.mean()).isFinite();
    assertThat(moments.minimum()).isFinite();
  }

  @Test
  void aSourceWithoutAnyScoreHasARowAndTakesTheOverallMoments() throws IOException {
    List<Rated> corpus = new ArrayList<>(RatingsFixture.corpus(50, 1));
    corpus.add(new Rated("none", "empty", 5, null));
    CalibrateResult result = calibrate("a", corpus, 4);
    Calibration calibration = load("a", result);

    assertThat(result.table().sources()).isEqualTo(2);
    assertThat(calibration.sources()).containsExactly("empty", "source-0");
    assertThat(calibration.ofSource(0, 0)).isEqualTo(calibration.overall(0));
    assertThat(calibration.ofSource(0, 1).documents()).isEqualTo(50);
    assertThat(calibration.overall(0).missing()).isEqualTo(1);
    Row empty = rows("a").get(1);
    assertThat(empty.<Double>getAs("mean")).isZero();
    assertThat(empty.getList(empty.fieldIndex("lowers"))).isEmpty();
  }

  @Test
  void equalScoresHaveNoDeviationAndTheMiddlePercentile() throws IOException {
    List<Rated> corpus = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      corpus.add(new Rated("document " + i, "source-" + i % 2, 1 + i, 0.1));
    }
    Calibration calibration = load("a", calibrate("a", corpus, 3));
    for (Summary summary : List.of(calibration.overall(0), calibration.ofSource(0, 1))) {
      assertThat(summary.mean()).isEqualTo(0.1);
      assertThat(summary.standardDeviation()).isZero();
      assertThat(summary.percentile(0.1)).isEqualTo(0.5);
    }
  }

  @Test
  void anEmptyTableHasNothingToSay() throws IOException {
    CalibrateResult result = calibrate("a", List.of(), 2);
    assertThat(overall(result)).isEqualTo(new Moments(0, 0, 0, 0, 0, 0, Map.of()));
    assertThat(result.table().sources()).isZero();
    Calibration calibration = load("a", result);
    assertThat(calibration.sources()).isEmpty();
    assertThat(calibration.overall(0).percentile(1)).isZero();
  }

  @Test
  void manySourcesGetFewerPointsEach() throws IOException {
    List<Rated> corpus = RatingsFixture.corpus(30_000, 5000);
    CalibrateResult result = calibrate("a", corpus, 4);
    assertThat(result.rows()).isEqualTo(5001);
    Calibration calibration = load("a", result);

    assertThat(calibration.sources()).hasSize(5000).isSorted();
    int number = calibration.sources().indexOf("source-4711");
    checkedError(of(corpus, "source-4711"), calibration.ofSource(0, number), "a", "source-4711");
    assertThat(calibration.ofSource(0, number).documents())
        .isEqualTo(of(corpus, "source-4711").size());
  }

  @Test
  void onlyWhatIsAskedForIsLoaded() throws IOException {
    CalibrateResult result = calibrate("a", RatingsFixture.corpus(100, 3), 2);
    Calibration calibration =
        Calibration.load(
            LocalSpark.session(),
            new Finished<>(directory("a"), result.table()),
            List.of("quality"),
            Detail.BY_SOURCE,
            Detail.OVERALL);
    assertThat(calibration.overall(0).percentiles()).isNotNull();
    assertThat(calibration.ofSource(0, 2).percentiles()).isNull();
    assertThat(calibration.ofSource(0, 2).mean()).isNotEqualTo(calibration.overall(0).mean());
  }

  @Test
  void theTableHasTheSameBytesForAnyShuffle() throws IOException {
    List<Rated> corpus = RatingsFixture.corpus(20_000, 5);
    calibrate("a", corpus, 12);
    LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "7");
    try {
      calibrate("b", corpus, 12);
    } finally {
      LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "4");
    }
    assertThat(bytes("b")).isEqualTo(bytes("a"));
  }

  @Test
  void percentilesDoNotDependOnTheNumberOfFiles() throws IOException {
    List<Rated> corpus = RatingsFixture.corpus(5000, 5);
    List<List<String>> steps = new ArrayList<>();
    for (int files : new int[] {1, 7, 64}) {
      calibrate("files" + files, corpus, files);
      steps.add(
          LocalSpark.session()
              .read()
              .parquet(table("files" + files))
              // The last bits of mean and deviation follow the slices, which are runs of files.
              .drop("mean", "standard_deviation")
              .toJSON()
              .collectAsList());
    }
    assertThat(steps.get(0)).hasSize(6).isEqualTo(steps.get(1)).isEqualTo(steps.get(2));
  }

  private static double[] scores(List<Rated> corpus) {
    return corpus.stream().mapToDouble(Rated::quality).toArray();
  }

  private static List<Rated> of(List<Rated> corpus, String source) {
    return corpus.stream().filter(rated -> rated.source().equals(source)).toList();
  }

  private static Moments overall(CalibrateResult result) {
    return result.table().overall().get("quality");
  }

  /** Calibrates in slices of 1,000 rows. */
  private CalibrateResult calibrate(String name, List<Rated> corpus, int buckets)
      throws IOException {
    Finished<RatingsTable> ratings =
        RatingsFixture.write(folder.resolve(name + "-ratings"), corpus, buckets);
    return new CalibrateJob(1000).run(LocalSpark.context(), CONFIG, ratings, directory(name));
  }

  private Calibration load(String name, CalibrateResult result) {
    return Calibration.load(
        LocalSpark.session(),
        new Finished<>(directory(name), result.table()),
        List.of("quality"),
        Detail.BY_SOURCE,
        Detail.BY_SOURCE);
  }

  private StageDirectory directory(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), new Configuration());
  }

  private List<Row> rows(String name) {
    return LocalSpark.session().read().parquet(table(name)).collectAsList();
  }

  /** The table's files in hexadecimal. */
  private Set<String> bytes(String name) throws IOException {
    Set<String> contents = new TreeSet<>();
    try (var files = Files.list(Path.of(table(name)))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".parquet")).toList()) {
        contents.add(HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    assertThat(contents).isNotEmpty();
    return contents;
  }

  private String table(String name) {
    return folder.resolve(name).resolve("table").toString();
  }
}
