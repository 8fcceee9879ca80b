package io.gradus.jobs.verify;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Whether the placement that the shards were packed by holds every document of the order once and
 * whole, and none outside its window. That its parts lie in the shards, the walk has seen.
 */
final class PlacementCoverage {
  private static final String WINDOW = "window";
  private static final String FIRST = "first";
  private static final String LAST = "last";

  private PlacementCoverage() {}

  /** Compares the placement of the curriculum with the order. */
  static void check(
      SparkSession session, Dataset<Row> order, Finished<PackedShards> packed, Findings findings) {
    PackedSplit train = packed.table().train();
    if (train.placement() == null || train.placement().isEmpty()) {
      return;
    }
    int beside = packed.table().tokensBesideText();
    Dataset<Row> placed =
        session
            .read()
            .parquet(packed.directory().file(train.placement()).toString())
            .groupBy(OrderTable.POSITION)
            .agg(
                sum(PlacementTable.PART_TOKENS).as(PlacementTable.PART_TOKENS),
                min(PlacementTable.FIRST_TOKEN).as(PlacementTable.FIRST_TOKEN),
                min(PlacementTable.STREAM_START).as(FIRST),
                max(PlacementTable.STREAM_START).as(LAST));
    Dataset<Row> both =
        order
            .select(
                col(OrderTable.POSITION),
                col(OrderTable.TOKEN_OFFSET),
                col(DocumentsTable.N_TOKENS).plus(lit(beside)).as(DocumentsTable.N_TOKENS))
            .join(placed, OrderTable.POSITION, "full");
    checkWhole(both, findings);
    if (packed.table().windowTokens() > 0) {
      checkWindows(both, packed.table().windowTokens(), beside, findings);
    }
  }

  /** Compares the documents of the validation split with those that were selected for it. */
  static void checkValidation(
      SparkSession session,
      Finished<SelectionTable> selection,
      Finished<PackedShards> packed,
      Findings findings) {
    if (packed.table().validation().isEmpty()) {
      return;
    }
    PackedSplit split = packed.table().validation().get();
    Dataset<Row> placed =
        session
            .read()
            .parquet(packed.directory().file(split.placement()).toString())
            .groupBy(OrderTable.POSITION)
            .agg(
                first(DocumentsTable.DOC_ID).as(DocumentsTable.DOC_ID),
                first(DocumentsTable.SOURCE).as(DocumentsTable.SOURCE),
                first(DocumentsTable.N_TOKENS).as(DocumentsTable.N_TOKENS),
                first(SelectionTable.SCORE).as(SelectionTable.SCORE))
            .withColumn(SelectionTable.REPEAT, lit(0));
    SelectionCoverage.check(
        // Nothing is held out twice.
        session
            .read()
            .parquet(selection.directory().file(SelectionTable.VALIDATION).toString())
            .withColumn(SelectionTable.REPEAT, lit(0)),
        placed,
        split.documents(),
        findings);
  }

  private static void checkWhole(Dataset<Row> both, Findings findings) {
    Column wrong =
        col(DocumentsTable.N_TOKENS)
            .eqNullSafe(col(PlacementTable.PART_TOKENS))
            .and(coalesce(col(PlacementTable.FIRST_TOKEN), lit(-1)).equalTo(lit(0)))
            .equalTo(lit(false));
    Row counts = both.agg(count(lit(1)).as("all"), count_if(wrong).as("wrong")).first();
    findings.checked(Check.ORDER, counts.<Long>getAs("all"));
    findings.breaches(
        Check.ORDER,
        counts.<Long>getAs("wrong"),
        both
            .filter(wrong)
            .orderBy(OrderTable.POSITION)
            .limit(Findings.MOST_OF_PART)
            .collectAsList()
            .stream()
            .map(
                row ->
                    new Breach(
                        Check.ORDER,
                        "placement",
                        "position " + row.<Long>getAs(OrderTable.POSITION),
                        String.format(
                            "%s of %s tokens of the document have a place",
                            row.<Object>getAs(PlacementTable.PART_TOKENS),
                            row.<Object>getAs(DocumentsTable.N_TOKENS))))
            .toList());
  }

  /** Each window's documents lie after those of all windows before it. */
  private static void checkWindows(
      Dataset<Row> both, long windowTokens, int beside, Findings findings) {
    Dataset<Row> windows =
        both.withColumn(
                WINDOW,
                floor(
                    col(OrderTable.TOKEN_OFFSET)
                        .plus(col(OrderTable.POSITION).multiply(lit(beside)))
                        .divide(lit(windowTokens))))
            .groupBy(WINDOW)
            .agg(min(FIRST).as(FIRST), max(LAST).as(LAST));
    // A window without documents of its own parts nothing: the next one is compared with none.
    Dataset<Row> before =
        windows.select(col(WINDOW).plus(lit(1)).as(WINDOW), col(LAST).as("before"));
    Dataset<Row> pairs = windows.join(before, WINDOW);
    Column wrong = col(FIRST).leq(col("before"));
    Row counts = pairs.agg(count(lit(1)).as("all"), count_if(wrong).as("wrong")).first();
    findings.checked(Check.ORDER, counts.<Long>getAs("all"));
    findings.breaches(
        Check.ORDER,
        counts.<Long>getAs("wrong"),
        pairs.filter(wrong).orderBy(WINDOW).limit(Findings.MOST_OF_PART).collectAsList().stream()
            .map(
                row ->
                    new Breach(
                        Check.ORDER,
                        "placement",
                        "window " + row.<Long>getAs(WINDOW),
                        String.format(
                            "begins at token %,d, before the end of the one before it at %,d",
                            row.<Long>getAs(FIRST), row.<Long>getAs("before"))))
            .toList());
  }
}
