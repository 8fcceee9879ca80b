package io.gradus.jobs.calibrate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.CalibrationTable.Moments;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.tables.RatingsFixture;
import io.gradus.jobs.tables.RatingsFixture.Rated;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.req.ReqSketch;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrateJobTest {
  @TempDir Path folder;

  @Test
  void momentsAreThoseOfTheScores() throws IOException {
    List<Rated> corpus = RatingsFixture.corpus(500, 3);
    CalibrateResult result = calibrate("a", corpus, 16);

    double[] scores = corpus.stream().mapToDouble(Rated::quality).toArray();
    double mean = Arrays.stream(scores).average().orElseThrow();
    double variance =
        Arrays.stream(scores).map(score -> (score - mean) * (score - mean)).average().orElseThrow();
    Moments moments = result.table().overall().get("quality");
    assertThat(moments.documents()).isEqualTo(500);
    assertThat(moments.missing()).isZero();
    assertThat(moments.mean()).isCloseTo(mean, within(1e-12));
    assertThat(moments.standardDeviation()).isCloseTo(Math.sqrt(variance), within(1e-12));
    Arrays.sort(scores);
    assertThat(moments.minimum()).isEqualTo(scores[0]);
    assertThat(moments.maximum()).isEqualTo(scores[499]);
    assertThat(moments.quantiles().get("0.5")).isCloseTo(scores[250], within(0.1));
  }

  @Test
  void everySourceHasItsOwnRow() throws IOException {
    CalibrateResult result = calibrate("a", RatingsFixture.corpus(500, 3), 16);
    assertThat(result.rows()).isEqualTo(4);
    assertThat(result.table().sources()).isEqualTo(3);
    List<Row> rows = LocalSpark.session().read().parquet(table("a")).collectAsList();
    assertThat(rows.stream().map(row -> row.<String>getAs("source")))
        .containsExactly(null, "source-0", "source-1", "source-2");
    assertThat(rows.stream().skip(1).mapToLong(row -> row.getAs("documents")).sum()).isEqualTo(500);
  }

  @Test
  void missingAndInfiniteScoresAreCountedNotAveraged() throws IOException {
    List<Rated> corpus = new ArrayList<>(RatingsFixture.corpus(10, 1));
    corpus.add(new Rated("none", "source-0", 5, null));
    corpus.add(new Rated("nan", "source-0", 5, Double.NaN));
    corpus.add(new Rated("infinite", "source-0", 5, Double.NEGATIVE_INFINITY));
    Moments moments = calibrate("a", corpus, 4).table().overall().get("quality");
    assertThat(moments.documents()).isEqualTo(10);
    assertThat(moments.missing()).isEqualTo(3);
    assertThat(moments.mean()).isFinite();
  }

  @Test
  void theTableIsTheSameEveryTime() throws IOException {
    List<Rated> corpus = RatingsFixture.corpus(20_000, 5);
    calibrate("a", corpus, 12);
    LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "7");
    try {
      calibrate("b", corpus, 12);
    } finally {
      LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "4");
    }
    assertThat(readable("b")).hasSize(6).isEqualTo(readable("a"));
  }

  @Test
  void aSketchSurvivesSerialisationAndMerging() {
    ScoreSummary left = new ScoreSummary(64);
    ScoreSummary right = new ScoreSummary(64);
    ScoreSummary all = new ScoreSummary(64);
    for (int i = 0; i < 1000; i++) {
      (i % 3 == 0 ? left : right).add(i);
      all.add(i);
    }
    left.merge(ScoreSummary.fromBytes(right.toBytes()));
    assertThat(left.documents()).isEqualTo(1000);
    assertThat(left.mean()).isCloseTo(all.mean(), within(1e-9));
    assertThat(left.standardDeviation()).isCloseTo(all.standardDeviation(), within(1e-9));
    ReqSketch sketch = ReqSketch.heapify(Memory.wrap(left.sketch()));
    assertThat(sketch.getN()).isEqualTo(1000);
    for (double share : new double[] {0.05, 0.5, 0.95}) {
      assertThat(sketch.getQuantile(share)).isCloseTo((float) (1000 * share), within(10f));
    }
  }

  private CalibrateResult calibrate(String name, List<Rated> corpus, int buckets)
      throws IOException {
    Finished<RatingsTable> ratings =
        RatingsFixture.write(folder.resolve(name + "-ratings"), corpus, buckets);
    StageDirectory output =
        new StageDirectory(
            new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), new Configuration());
    return new CalibrateJob().run(LocalSpark.context(), new CalibrateConfig(64), ratings, output);
  }

  /** The table's rows with the sketch in hexadecimal, so that a difference can be read. */
  private List<String> readable(String name) {
    return LocalSpark.session()
        .read()
        .parquet(table(name))
        .withColumn("sketch", hex(col("sketch")))
        .toJSON()
        .collectAsList();
  }

  private String table(String name) {
    return folder.resolve(name).resolve("table").toString();
  }
}
