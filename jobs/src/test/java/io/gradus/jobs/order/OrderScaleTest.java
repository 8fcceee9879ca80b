package io.gradus.jobs.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.order.OrderConfig.Within;
import io.gradus.jobs.order.Reading.Doc;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small selections with what makes large ones hard. */
class OrderScaleTest {
  private static final StructType SELECTION =
      new StructType()
          .add("doc_id", DataTypes.BinaryType)
          .add("source", DataTypes.StringType)
          .add("topic", DataTypes.IntegerType)
          .add("n_tokens", DataTypes.IntegerType)
          .add("score", DataTypes.DoubleType)
          .add("repeat", DataTypes.IntegerType);

  @TempDir Path folder;

  @Test
  void theSharesOfSourcesStayWithinTheBoundInEveryWindow() {
    List<Doc> docs = documents(20_000, 7, 5);
    List<Row> read = order(new Ascending(), Within.SOURCE, docs, 4_000);
    assertMixtureWithinBound(read);
  }

  @Test
  void tenThousandSourcesKeepTheirMixtureToo() {
    List<Doc> docs = documents(60_000, 10_000, 6);
    List<Row> read = order(new Ascending(), Within.SOURCE, docs, 20_000);
    assertOrderIsExact(read, docs);
    assertMixtureWithinBound(read);
  }

  /**
   * The bound: documents lie at the middle of their tokens in their source. So the tokens of a
   * source among the first ones of the run differ from its share by half of its longest document m
   * at most, and by its share of what all the sources differ; in a window between two documents, by
   * twice that: {@code m(source) + share(source) * sum of m(all sources)}.
   */
  private static void assertMixtureWithinBound(List<Row> read) {
    Map<String, Long> totals = new HashMap<>();
    Map<String, Integer> longest = new HashMap<>();
    for (Row row : read) {
      totals.merge(row.getAs("source"), (long) row.<Integer>getAs("n_tokens"), Long::sum);
      longest.merge(row.getAs("source"), row.getAs("n_tokens"), Math::max);
    }
    double all = totals.values().stream().mapToLong(Long::longValue).sum();
    double allLongest = longest.values().stream().mapToLong(Integer::longValue).sum();
    // The widest window of a source is where its surplus is least and where it is greatest. It
    // changes evenly between two of its own documents, so only these have to be looked at.
    Map<String, double[]> extremes = new HashMap<>();
    Map<String, Long> soFar = new HashMap<>();
    for (Row row : read) {
      String source = row.getAs("source");
      int tokens = row.getAs("n_tokens");
      double share = totals.get(source) / all;
      long before = soFar.getOrDefault(source, 0L);
      long offset = row.getAs("token_offset");
      double[] extreme = extremes.computeIfAbsent(source, name -> new double[2]);
      extreme[0] = Math.min(extreme[0], before - share * offset);
      extreme[1] = Math.max(extreme[1], before + tokens - share * (offset + tokens));
      soFar.put(source, before + tokens);
    }
    extremes.forEach(
        (source, extreme) ->
            assertThat(extreme[1] - extreme[0])
                .as(source)
                .isLessThanOrEqualTo(
                    longest.get(source) + totals.get(source) / all * allLongest + 1e-3));
  }

  @Test
  void equalScoresAreDividedEvenlyAmongRangesAndOrderedExactly() {
    Random random = new Random(8);
    List<Doc> docs =
        documents(20_000, 3, 9).stream()
            .map(
                doc ->
                    Doc.of(
                        doc.name(),
                        doc.source(),
                        doc.tokens(),
                        random.nextInt(10) == 0 ? doc.score() : 1.5))
            .toList();
    List<Row> read = order(new Ascending(), Within.OVERALL, docs, 2_000);
    assertOrderIsExact(read, docs);
    assertThat(read.stream().map(row -> row.<Double>getAs("score"))).isSorted();
    long[] rowsOfFiles = rowsOfFiles();
    assertThat(rowsOfFiles).hasSize(10);
    assertThat(Arrays.stream(rowsOfFiles).max().orElseThrow()).isLessThan(3_000);
  }

  @Test
  void documentsFromOneToTenMillionTokensHaveExactOffsetsAndQuantiles() {
    Random random = new Random(10);
    List<Doc> docs = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      int tokens = (int) Math.round(Math.pow(10, 7 * random.nextDouble()));
      docs.add(Doc.of("long-" + i, "source-" + i % 3, tokens, random.nextInt(100)));
    }
    docs.add(Doc.of("longest", "source-1", 10_000_000, 50));
    docs.add(Doc.of("shortest", "source-2", 1, 50));
    List<Row> read = order(new Ascending(), Within.SOURCE, docs, 1_000);
    assertOrderIsExact(read, docs);
    Map<String, Long> totals = new TreeMap<>();
    docs.forEach(doc -> totals.merge(doc.source(), (long) doc.tokens(), Long::sum));
    Map<String, Long> before = new TreeMap<>();
    for (Row row : read) {
      String source = row.getAs("source");
      int tokens = row.getAs("n_tokens");
      long own = before.getOrDefault(source, 0L);
      assertThat(row.<Double>getAs("quantile"))
          .isEqualTo((own + tokens / 2.0) / totals.get(source));
      before.put(source, own + tokens);
    }
  }

  @Test
  void shapesOnSparkReadAsInMemoryForAnyNumberOfRanges() {
    List<Doc> docs = documents(1_500, 4, 11);
    Shape shape =
        new Phases(
            List.of(
                new Phases.Phase(
                    "first",
                    0.6,
                    Map.of(),
                    Map.of(),
                    new Stochastic(2, new Folded(3, new Ascending()))),
                new Phases.Phase(
                    "second",
                    0.4,
                    Map.of("source-1", 0.5, "*", 1.0),
                    Map.of("source-1", 0.3, "*", 0.7),
                    new Blocked(Group.TOPIC, List.of(), new Jitter(0.1, new Ascending())))));
    List<String> inMemory =
        Reading.order(shape, Within.SOURCE, docs).stream().map(OrderScaleTest::id).toList();
    List<Row> read = order(shape, Within.SOURCE, docs, 250);
    assertThat(read.stream().map(row -> Arrays.toString(row.<byte[]>getAs("doc_id"))))
        .containsExactlyElementsOf(inMemory);
  }

  private static List<Doc> documents(int count, int sources, long seed) {
    Random random = new Random(seed);
    List<Doc> docs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // Half of the documents are of few sources, as in a crawl.
      int source = random.nextBoolean() ? random.nextInt(Math.min(4, sources)) : i % sources;
      docs.add(
          new Doc(
              "doc-" + i,
              "source-" + source,
              random.nextInt(6) - 1,
              0,
              1 + (int) Math.exp(7 * random.nextDouble()),
              random.nextGaussian()));
    }
    return docs;
  }

  private static void assertOrderIsExact(List<Row> read, List<Doc> docs) {
    assertThat(read).hasSize(docs.size());
    Set<String> ids = new HashSet<>();
    long offset = 0;
    for (int position = 0; position < read.size(); position++) {
      Row row = read.get(position);
      assertThat(row.<Long>getAs("position")).isEqualTo(position);
      assertThat(row.<Long>getAs("token_offset")).isEqualTo(offset);
      offset += row.<Integer>getAs("n_tokens");
      ids.add(Arrays.toString(row.<byte[]>getAs("doc_id")));
    }
    assertThat(ids).isEqualTo(new HashSet<>(docs.stream().map(OrderScaleTest::id).toList()));
  }

  private static String id(Doc doc) {
    return Arrays.toString(
        ByteBuffer.allocate(16).putLong(doc.idHigh()).putLong(doc.idLow()).array());
  }

  private List<Row> order(Shape shape, Within within, List<Doc> docs, long rowsPerRange) {
    StageDirectory selection = directory("selection");
    List<Row> rows = new ArrayList<>();
    Map<String, Long> bySource = new TreeMap<>();
    for (Doc doc : docs) {
      rows.add(
          RowFactory.create(
              ByteBuffer.allocate(16).putLong(doc.idHigh()).putLong(doc.idLow()).array(),
              doc.source(),
              doc.topic() == RankedDocument.NO_TOPIC ? null : doc.topic(),
              doc.tokens(),
              doc.score(),
              doc.repeat()));
      bySource.merge(doc.source(), (long) doc.tokens(), Long::sum);
    }
    Dataset<Row> table = LocalSpark.session().createDataFrame(rows, SELECTION);
    table.repartition(3).write().parquet(selection.table().toString());
    long tokens = bySource.values().stream().mapToLong(Long::longValue).sum();
    new OrderJob(rowsPerRange)
        .run(
            LocalSpark.context(),
            new OrderConfig(shape, within),
            42,
            new Finished<>(selection, new SelectionTable(docs.size(), tokens, bySource)),
            directory("order"));
    return LocalSpark.session()
        .read()
        .parquet(folder.resolve("order/table").toString())
        .orderBy("position")
        .collectAsList();
  }

  private long[] rowsOfFiles() {
    return LocalSpark.session()
        .read()
        .parquet(folder.resolve("order/table").toString())
        .groupBy("_metadata.file_path")
        .count()
        .collectAsList()
        .stream()
        .mapToLong(row -> row.<Long>getAs("count"))
        .toArray();
  }

  private StageDirectory directory(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), new Configuration());
  }
}
