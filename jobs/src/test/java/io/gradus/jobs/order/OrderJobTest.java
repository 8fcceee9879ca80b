package io.gradus.jobs.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.order.OrderConfig.Within;
import io.gradus.jobs.tables.RatingsFixture;
import io.gradus.jobs.tables.RatingsFixture.Rated;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderJobTest {
  private static final List<Rated> CORPUS = RatingsFixture.corpus(2_000, 5);
  private static final OrderConfig ASCENDING = new OrderConfig(new Ascending(), Within.SOURCE);

  @TempDir Path folder;

  @Test
  void positionsAndOffsetsHaveNoGap() {
    order("a", CORPUS, ASCENDING, 500);
    List<Row> rows = rows("a");
    assertThat(rows).hasSize(CORPUS.size());
    long offset = 0;
    for (int position = 0; position < rows.size(); position++) {
      Row row = rows.get(position);
      assertThat(row.<Long>getAs("position")).isEqualTo(position);
      assertThat(row.<Long>getAs("token_offset")).isEqualTo(offset);
      offset += row.<Integer>getAs("n_tokens");
    }
    assertThat(rows.stream().map(row -> HexFormat.of().formatHex(row.<byte[]>getAs("doc_id"))))
        .containsExactlyInAnyOrderElementsOf(CORPUS.stream().map(Rated::docId).toList());
  }

  @Test
  void ascendingWithinSourceRaisesTheQuantileAndEachSourcesScore() {
    order("a", CORPUS, ASCENDING, 500);
    double quantile = 0;
    Map<String, Double> scores = new TreeMap<>();
    for (Row row : rows("a")) {
      assertThat(row.<Double>getAs("quantile")).isGreaterThanOrEqualTo(quantile).isLessThan(1);
      quantile = row.getAs("quantile");
      Double score = row.getAs("score");
      Double before = scores.put(row.getAs("source"), score);
      if (before != null) {
        assertThat(score).isGreaterThanOrEqualTo(before);
      }
    }
  }

  @Test
  void quantilesAreTheMiddleOfTheDocumentInTheSourcesTokens() {
    order("a", CORPUS, ASCENDING, 500);
    Map<String, List<Row>> bySource =
        rows("a").stream().collect(Collectors.groupingBy(row -> row.<String>getAs("source")));
    bySource.forEach(
        (source, rows) -> {
          double total = rows.stream().mapToInt(row -> row.<Integer>getAs("n_tokens")).sum();
          long before = 0;
          for (Row row : rows) {
            int tokens = row.getAs("n_tokens");
            assertThat(row.<Double>getAs("quantile"))
                .isCloseTo((before + tokens / 2.0) / total, within(1e-12));
            before += tokens;
          }
        });
  }

  @Test
  void theMixtureOfSourcesStaysConstantWithinSource() {
    order("a", CORPUS, ASCENDING, 500);
    Map<String, Long> all = new TreeMap<>();
    rows("a").forEach(row -> add(all, row));
    double total = all.values().stream().mapToLong(Long::longValue).sum();
    Map<String, Long> firstQuarter = new TreeMap<>();
    rows("a").stream()
        .filter(row -> row.<Long>getAs("token_offset") < total / 4)
        .forEach(row -> add(firstQuarter, row));
    all.forEach(
        (source, tokens) ->
            assertThat(firstQuarter.get(source) / (total / 4))
                .isCloseTo(tokens / total, within(0.01)));
  }

  @Test
  void aSourceOfOneDocumentLiesInTheMiddle() {
    List<Rated> corpus = new ArrayList<>(CORPUS);
    corpus.add(new Rated("alone", "source-of-one", 10, 5.0));
    order("a", corpus, ASCENDING, 500);
    Row alone =
        rows("a").stream()
            .filter(row -> row.<String>getAs("source").equals("source-of-one"))
            .findFirst()
            .orElseThrow();
    assertThat(alone.<Double>getAs("quantile")).isEqualTo(0.5);
  }

  @Test
  void overallSortsByScoreAcrossSources() {
    order("a", CORPUS, new OrderConfig(new Ascending(), Within.OVERALL), 500);
    assertThat(rows("a").stream().map(row -> row.<Double>getAs("score"))).isSorted();
  }

  @Test
  void descendingPutsTheBestFirst() {
    order("a", CORPUS, new OrderConfig(new Descending(), Within.OVERALL), 500);
    List<Double> scores =
        new ArrayList<>(rows("a").stream().map(row -> row.<Double>getAs("score")).toList());
    java.util.Collections.reverse(scores);
    assertThat(scores).isSorted();
  }

  @Test
  void shufflingFollowsTheSeedAndNotTheScore() {
    OrderConfig shuffled = new OrderConfig(new Shuffled(), Within.SOURCE);
    order("a", CORPUS, shuffled, 500);
    List<Row> rows = rows("a");
    double firstHalf =
        rows.subList(0, 1000).stream()
            .mapToDouble(row -> row.<Double>getAs("quantile"))
            .average()
            .orElseThrow();
    assertThat(firstHalf).isCloseTo(0.5, within(0.05));
    run("b", CORPUS, shuffled, 500, 43);
    assertThat(rows("b")).isNotEqualTo(rows);
  }

  @Test
  void rowsAreTheSameForAnyNumberOfRangesAndPartitions() {
    order("one", CORPUS, ASCENDING, 1_000_000);
    LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "7");
    try {
      assertThat(order("many", CORPUS, ASCENDING, 30).files()).isEqualTo(67);
    } finally {
      LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "4");
    }
    assertThat(rows("many")).isEqualTo(rows("one"));
  }

  @Test
  void equalScoresAndSingleSourcesAreRankedAsEvenly() {
    List<Rated> equal =
        CORPUS.stream().map(rated -> new Rated(rated.name(), "only", rated.tokens(), 1.0)).toList();
    order("a", equal, ASCENDING, 100);
    long[] perFile =
        LocalSpark.session()
            .read()
            .parquet(table("a"))
            .groupBy("_metadata.file_path")
            .count()
            .collectAsList()
            .stream()
            .mapToLong(row -> row.<Long>getAs("count"))
            .toArray();
    assertThat(perFile).hasSizeGreaterThan(15);
    assertThat(java.util.Arrays.stream(perFile).max().orElseThrow()).isLessThan(300);
  }

  @Test
  void theProfileSumsTheWholeCurriculum() {
    order("a", CORPUS, ASCENDING, 500);
    CurriculumProfile profile =
        Json.read(
            directory("a").text(CurriculumProfile.FILE).orElseThrow(), CurriculumProfile.class);
    assertThat(profile.shape()).isEqualTo("ascending");
    assertThat(profile.documents()).isEqualTo(CORPUS.size());
    assertThat(profile.bins()).hasSize(200);
    assertThat(profile.bins().stream().mapToLong(CurriculumProfile.Bin::tokens).sum())
        .isEqualTo(profile.tokens())
        .isEqualTo(CORPUS.stream().mapToLong(Rated::tokens).sum());
    assertThat(profile.bins().stream().map(CurriculumProfile.Bin::meanQuantile)).isSorted();
    long share = profile.tokens() / 200;
    assertThat(profile.bins())
        .allSatisfy(bin -> assertThat(bin.tokens()).isBetween(share, share + 1));
    assertThat(profile.bins().stream().mapToLong(CurriculumProfile.Bin::documents).sum())
        .isEqualTo(CORPUS.size());
  }

  private static void add(Map<String, Long> tokens, Row row) {
    tokens.merge(row.getAs("source"), (long) row.<Integer>getAs("n_tokens"), Long::sum);
  }

  private OrderResult order(
      String name, List<Rated> corpus, OrderConfig config, long rowsPerRange) {
    return run(name, corpus, config, rowsPerRange, 42);
  }

  private OrderResult run(
      String name, List<Rated> corpus, OrderConfig config, long rowsPerRange, long seed) {
    StageDirectory selection = directory(name + "-selection");
    StructType schema =
        new StructType()
            .add("doc_id", DataTypes.BinaryType)
            .add("source", DataTypes.StringType)
            .add("n_tokens", DataTypes.IntegerType)
            .add("score", DataTypes.DoubleType)
            .add("key", DataTypes.DoubleType)
            .add("repeat", DataTypes.IntegerType)
            .add("inclusion", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    Map<String, Long> bySource = new TreeMap<>();
    for (Rated rated : corpus) {
      byte[] docId = HexFormat.of().parseHex(rated.docId());
      rows.add(
          RowFactory.create(
              docId, rated.source(), rated.tokens(), rated.quality(), rated.quality(), 0, 1.0));
      bySource.merge(rated.source(), (long) rated.tokens(), Long::sum);
    }
    LocalSpark.session()
        .createDataFrame(rows, schema)
        .write()
        .parquet(selection.table().toString());
    long tokens = bySource.values().stream().mapToLong(Long::longValue).sum();
    return new OrderJob(rowsPerRange)
        .run(
            LocalSpark.context(),
            config,
            seed,
            new Finished<>(selection, new SelectionTable(corpus.size(), tokens, bySource)),
            directory(name));
  }

  private StageDirectory directory(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), new Configuration());
  }

  private String table(String name) {
    return folder.resolve(name).resolve("table").toString();
  }

  /** The rows in the order of the files' names, which is the curriculum. */
  private List<Row> rows(String name) {
    List<Row> rows = new ArrayList<>();
    java.io.File[] files = folder.resolve(name).resolve("table").toFile().listFiles();
    java.util.Arrays.sort(files);
    for (java.io.File file : files) {
      if (file.getName().endsWith(".parquet")) {
        rows.addAll(LocalSpark.session().read().parquet(file.toString()).collectAsList());
      }
    }
    return rows;
  }
}
