package io.gradus.jobs.verify;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.min_by;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.SelectionTable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Whether scores themselves go the way that the order's shape says, within each source or overall.
 * Quantiles cannot show it, since the order was sorted by them: they would rise even if they had
 * been ranked the wrong way round.
 */
final class ScoreOrder {
  private static final String GROUP = "group";
  private static final String STRETCH = "stretch";
  private static final String BEFORE = "before";
  private static final String LAST = "last";

  private ScoreOrder() {}

  /**
   * Compares each document's score with that of the one before it in its group. Groups are cut into
   * stretches of positions, whose borders are compared afterwards, so that no task sorts more than
   * {@code stretchRows} rows of one group.
   */
  static void check(Dataset<Row> rows, OrderTable order, long stretchRows, Findings findings) {
    boolean ascending = order.shape().equals("ascending");
    if (!ascending && !order.shape().equals("descending")) {
      return;
    }
    boolean bySource = order.within().equals("source");
    Dataset<Row> scores =
        rows
            // A document without tokens shares its quantile with the next one, in any order.
            .filter(col(DocumentsTable.N_TOKENS).gt(0))
            .select(
                (bySource ? col(DocumentsTable.SOURCE) : lit("")).as(GROUP),
                floor(col(OrderTable.POSITION).divide(lit(stretchRows))).as(STRETCH),
                col(OrderTable.POSITION),
                col(SelectionTable.SCORE));
    Dataset<Row> inside =
        Dealing.deal(scores, order.rows(), GROUP, STRETCH)
            .withColumn(
                BEFORE,
                lag(SelectionTable.SCORE, 1)
                    .over(
                        Window.partitionBy(GROUP, STRETCH)
                            .orderBy(OrderTable.POSITION, SelectionTable.SCORE)));
    Dataset<Row> borders =
        scores
            .groupBy(GROUP, STRETCH)
            .agg(
                min(OrderTable.POSITION).as(OrderTable.POSITION),
                min_by(col(SelectionTable.SCORE), col(OrderTable.POSITION))
                    .as(SelectionTable.SCORE),
                max_by(col(SelectionTable.SCORE), col(OrderTable.POSITION)).as(LAST))
            .withColumn(BEFORE, lag(LAST, 1).over(Window.partitionBy(GROUP).orderBy(STRETCH)))
            .drop(LAST);
    Column wrong =
        ascending
            ? col(SelectionTable.SCORE).lt(col(BEFORE))
            : col(SelectionTable.SCORE).gt(col(BEFORE));
    Dataset<Row> pairs = inside.unionByName(borders).filter(col(BEFORE).isNotNull());
    Row counts = pairs.agg(count(lit(1)).as("pairs"), count_if(wrong).as("wrong")).first();
    findings.checked(Check.QUALITY, counts.<Long>getAs("pairs"));
    if (counts.<Long>getAs("wrong") == 0) {
      return;
    }
    findings.breaches(
        Check.QUALITY,
        counts.<Long>getAs("wrong"),
        pairs
            .filter(wrong)
            .orderBy(OrderTable.POSITION)
            .limit(Findings.MOST_OF_PART)
            .collectAsList()
            .stream()
            .map(
                row ->
                    new Breach(
                        Check.QUALITY,
                        "order",
                        "position " + row.<Long>getAs(OrderTable.POSITION),
                        String.format(
                            "the score%s goes from %s to %s in an order that is %s",
                            bySource ? " within source " + row.<String>getAs(GROUP) : "",
                            row.<Double>getAs(BEFORE),
                            row.<Double>getAs(SelectionTable.SCORE),
                            order.shape())))
            .toList());
  }
}
