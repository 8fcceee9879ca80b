package io.gradus.jobs.verify;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.struct;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Whether positions and token offsets are contiguous from 0, and the quantile goes the order's way,
 * from the order's rows alone: where shards are not stretches of the curriculum, a walk through
 * them cannot see it.
 */
final class OrderContinuity {
  private static final String STRETCH = "stretch";
  private static final String ROW = "row";
  private static final String BEFORE = "before";

  private OrderContinuity() {}

  /** Compares each row with the one before it; as {@link ScoreOrder}, in stretches of positions. */
  static void check(Dataset<Row> rows, OrderTable order, long stretchRows, Findings findings) {
    Dataset<Row> narrow =
        rows.select(
            floor(col(OrderTable.POSITION).divide(lit(stretchRows))).as(STRETCH),
            col(OrderTable.POSITION),
            struct(
                    col(OrderTable.POSITION),
                    col(OrderTable.TOKEN_OFFSET),
                    col(DocumentsTable.N_TOKENS),
                    col(OrderTable.QUANTILE))
                .as(ROW));
    Dataset<Row> inside =
        narrow
            .withColumn(
                BEFORE, lag(ROW, 1).over(Window.partitionBy(STRETCH).orderBy(OrderTable.POSITION)))
            .filter(col(BEFORE).isNotNull());
    Dataset<Row> firsts =
        narrow.groupBy(STRETCH).agg(min_by(col(ROW), col(OrderTable.POSITION)).as(ROW));
    Dataset<Row> lasts =
        narrow
            .groupBy(STRETCH)
            .agg(max_by(col(ROW), col(OrderTable.POSITION)).as(BEFORE))
            .withColumn(STRETCH, col(STRETCH).plus(lit(1)));
    // The first stretch has none before it, and nor has one after a hole.
    Dataset<Row> pairs =
        inside
            .select(ROW, BEFORE)
            .unionByName(
                firsts
                    .join(lasts, firsts.col(STRETCH).equalTo(lasts.col(STRETCH)), "left")
                    .select(ROW, BEFORE));
    Column position = coalesce(col(BEFORE + "." + OrderTable.POSITION).plus(lit(1)), lit(0L));
    Column offset =
        coalesce(
            col(BEFORE + "." + OrderTable.TOKEN_OFFSET)
                .plus(col(BEFORE + "." + DocumentsTable.N_TOKENS)),
            lit(0L));
    Column broken =
        col(ROW + "." + OrderTable.POSITION)
            .notEqual(position)
            .or(col(ROW + "." + OrderTable.TOKEN_OFFSET).notEqual(offset));
    boolean ascending = order.shape().equals("ascending");
    boolean descending = order.shape().equals("descending");
    Column before = col(BEFORE + "." + OrderTable.QUANTILE);
    Column quantile = col(ROW + "." + OrderTable.QUANTILE);
    Column wrong =
        coalesce(
            ascending ? quantile.lt(before) : descending ? quantile.gt(before) : lit(false),
            lit(false));
    Row counts =
        pairs
            .agg(
                count(lit(1)).as("rows"),
                count_if(broken).as("broken"),
                count_if(wrong).as("wrong"))
            .first();
    findings.checked(Check.ORDER, counts.<Long>getAs("rows"));
    findings.breaches(
        Check.ORDER,
        counts.<Long>getAs("broken"),
        pairs
            .filter(broken)
            .select(col(ROW + ".*"), position.as("next"), offset.as("end"))
            .orderBy(OrderTable.POSITION)
            .limit(Findings.MOST_OF_PART)
            .collectAsList()
            .stream()
            .map(
                row ->
                    new Breach(
                        Check.ORDER,
                        "order",
                        "position " + row.<Long>getAs(OrderTable.POSITION),
                        String.format(
                            "begins at token %,d, but position %,d is next, at token %,d",
                            row.<Long>getAs(OrderTable.TOKEN_OFFSET),
                            row.<Long>getAs("next"),
                            row.<Long>getAs("end"))))
            .toList());
    if (ascending || descending) {
      findings.checked(Check.QUALITY, counts.<Long>getAs("rows") - 1);
      findings.breaches(
          Check.QUALITY,
          counts.<Long>getAs("wrong"),
          pairs
              .filter(wrong)
              .select(
                  col(ROW + "." + OrderTable.POSITION),
                  quantile.as(OrderTable.QUANTILE),
                  before.as(BEFORE))
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
                          Monotony.problem(
                              order.shape(),
                              row.<Double>getAs(BEFORE),
                              row.<Double>getAs(OrderTable.QUANTILE))))
              .toList());
    }
  }
}
