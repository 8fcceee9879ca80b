package io.gradus.jobs.preview;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Draws the order from its profile and the ratings, in one join of narrow tables. */
public final class PreviewJob {
  /** The data, for the terminal. */
  public static final String DATA = "preview.json";

  /** The page. */
  public static final String PAGE = "preview.html";

  private static final int STRETCHES = 100;
  private static final String STRETCH = "stretch";

  /** Scores further from 0 count as this far, so that their exact sums fit a decimal of Spark. */
  private static final double FURTHEST = 1e13;

  /** Runs the stage. */
  public PreviewResult run(
      JobContext context,
      String pipeline,
      CurriculumProfile profile,
      Finished<OrderTable> order,
      Finished<RatingsTable> ratings,
      StageDirectory output) {
    output.clear();
    Preview preview = new Preview(pipeline, profile, criteria(context.session(), order, ratings));
    String page = PreviewPage.render(preview);
    output.writeText(DATA, Json.write(preview));
    output.writeText(PAGE, page);
    return new PreviewResult(
        output.file(PAGE).toString(), page.getBytes(StandardCharsets.UTF_8).length);
  }

  private static List<Preview.Criterion> criteria(
      SparkSession session, Finished<OrderTable> order, Finished<RatingsTable> ratings) {
    List<String> names = ratings.table().criteria();
    List<Column> read = new ArrayList<>(List.of(col(DocumentsTable.DOC_ID)));
    List<Column> sums = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      read.add(score(col("`" + names.get(i) + "`")).as(score(i)));
      Column tokens = col(DocumentsTable.N_TOKENS).cast("decimal(18,0)");
      // Sums of decimals are the same in any order.
      sums.add(sum(col(score(i)).multiply(tokens)).as(scores(i)));
      sums.add(sum(when(col(score(i)).isNotNull(), tokens)).as(tokens(i)));
    }
    double perStretch = Math.max(1, order.table().tokens()) / (double) STRETCHES;
    Column middle = col(OrderTable.TOKEN_OFFSET).plus(col(DocumentsTable.N_TOKENS).divide(2.0));
    List<Row> rows =
        session
            .read()
            .parquet(order.directory().table().toString())
            .select(
                col(DocumentsTable.DOC_ID),
                col(DocumentsTable.N_TOKENS),
                least(floor(middle.divide(perStretch)), lit(STRETCHES - 1L)).as(STRETCH))
            .join(
                session
                    .read()
                    .parquet(ratings.directory().table().toString())
                    .select(read.toArray(Column[]::new)),
                DocumentsTable.DOC_ID)
            .groupBy(STRETCH)
            .agg(sums.get(0), sums.subList(1, sums.size()).toArray(Column[]::new))
            // Bounded: one row for each stretch.
            .collectAsList();
    List<Preview.Criterion> criteria = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Double[] means = new Double[STRETCHES];
      for (Row row : rows) {
        BigDecimal scores = row.getAs(scores(i));
        BigDecimal tokens = row.getAs(tokens(i));
        if (scores != null && tokens.signum() > 0) {
          means[(int) row.<Long>getAs(STRETCH).longValue()] =
              scores.doubleValue() / tokens.doubleValue();
        }
      }
      criteria.add(
          new Preview.Criterion(names.get(i), Collections.unmodifiableList(Arrays.asList(means))));
    }
    return criteria;
  }

  /** A finite score as an exact decimal, or null. */
  private static Column score(Column score) {
    Column finite =
        isnan(score)
            .or(score.isin(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY))
            .equalTo(lit(false));
    return when(
        finite,
        when(score.gt(FURTHEST), FURTHEST)
            .when(score.lt(-FURTHEST), -FURTHEST)
            .otherwise(score)
            .cast("decimal(18,4)"));
  }

  private static String score(int criterion) {
    return "score" + criterion;
  }

  private static String scores(int criterion) {
    return "scores" + criterion;
  }

  private static String tokens(int criterion) {
    return "tokens" + criterion;
  }
}
