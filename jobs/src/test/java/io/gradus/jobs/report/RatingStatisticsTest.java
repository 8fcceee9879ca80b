package io.gradus.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.report.RatingStatistics.Amount;
import io.gradus.jobs.report.RatingStatistics.Criterion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatingStatisticsTest {
  private static final int TOKENS = 10;
  private static final StructType RATED =
      new StructType()
          .add("doc_id", DataTypes.BinaryType)
          .add("source", DataTypes.StringType)
          .add("n_tokens", DataTypes.IntegerType)
          .add("quality", DataTypes.DoubleType);

  @TempDir Path folder;

  private StageDirectory stage(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), LocalSpark.context().hadoop());
  }

  /** All documents are selected, once. */
  private Criterion statistics(JsonNode moments, Double... scores) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      rows.add(RowFactory.create(new byte[] {(byte) i}, "web", TOKENS, scores[i]));
    }
    for (String name : List.of("rate", "sample")) {
      LocalSpark.session()
          .createDataFrame(rows, RATED)
          .write()
          .parquet(stage(name).table().toString());
    }
    long tokens = (long) TOKENS * scores.length;
    return RatingStatistics.gather(
            LocalSpark.session(),
            new Finished<>(
                stage("rate"), new RatingsTable(List.of("quality"), scores.length, tokens)),
            new Finished<>(stage("sample"), new SelectionTable(scores.length, tokens, Map.of())),
            Json.tree(Map.of("table", Map.of("overall", Map.of("quality", moments)))))
        .criteria()
        .get(0);
  }

  private static JsonNode moments(double minimum, double maximum) {
    return Json.tree(
        Map.of("minimum", minimum, "maximum", maximum, "quantiles", Map.of("0.05", 0, "0.95", 1)));
  }

  private static List<Long> documents(Criterion criterion) {
    return criterion.bins().stream().map(Amount::documentsBefore).toList();
  }

  @Test
  void extremeScoresCountInTheFirstAndTheLastBin() {
    Criterion criterion = statistics(moments(-1e300, 1e300), -1e300, 1e300, 0.5, 0.5);
    assertThat(documents(criterion).get(0)).isEqualTo(1);
    assertThat(documents(criterion).get(RatingStatistics.BINS - 1)).isEqualTo(1);
    assertThat(documents(criterion).stream().mapToLong(Long::longValue).sum()).isEqualTo(4);
    assertThat(criterion.all().meanBefore().orElseThrow()).isCloseTo(0.25, within(1e-9));
    assertThat(criterion.all().scoredAfter()).isEqualTo(4 * TOKENS);
  }

  @Test
  void aScoreThatIsNotFiniteCountsAsMissing() {
    Criterion criterion =
        statistics(
            moments(0, 1),
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            Double.NaN,
            null,
            0.5);
    assertThat(documents(criterion).stream().mapToLong(Long::longValue).sum()).isEqualTo(1);
    assertThat(criterion.all().documentsBefore()).isEqualTo(5);
    assertThat(criterion.all().scoredBefore()).isEqualTo(TOKENS);
    assertThat(criterion.all().meanBefore().orElseThrow()).isEqualTo(0.5);
  }
}
