package io.gradus.jobs.verify;

import static org.apache.spark.sql.functions.any_value;
import static org.apache.spark.sql.functions.bit_xor;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.SelectionTable;
import java.util.HexFormat;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Whether the order holds exactly what was selected. */
final class SelectionCoverage {
  private static final String SELECTED = "selected";
  private static final String ORDERED = "ordered";
  private static final String IN_SELECTION = "in_selection";
  private static final String IN_ORDER = "in_order";
  private static final String FROM_ORDER = "from_order";
  private static final String DIFFERENCE = "difference";

  private static final Column[] FACTS = {
    col(DocumentsTable.SOURCE), col(DocumentsTable.N_TOKENS), col(SelectionTable.SCORE)
  };

  private SelectionCoverage() {}

  /**
   * Compares the two tables as sets of documents and their repeats.
   *
   * @param rows about how many each has
   */
  static void check(Dataset<Row> selection, Dataset<Row> order, long rows, Findings findings) {
    Dataset<Row> both = narrow(selection, lit(false)).union(narrow(order, lit(true)));
    Column fromOrder = col(FROM_ORDER);
    Column once = col(SELECTED).equalTo(1).and(col(ORDERED).equalTo(1));
    // Of fixed width, so that Spark aggregates by hash; facts would have it sort. Of two that are
    // alike nothing is left.
    Dataset<Row> hashed =
        both.select(
            col(DocumentsTable.DOC_ID),
            col(SelectionTable.REPEAT),
            fromOrder,
            xxhash64(FACTS).as(DIFFERENCE));
    Row counts =
        Dealing.deal(hashed, 2 * rows, DocumentsTable.DOC_ID, SelectionTable.REPEAT)
            .groupBy(DocumentsTable.DOC_ID, SelectionTable.REPEAT)
            .agg(
                count_if(not(fromOrder)).as(SELECTED),
                count_if(fromOrder).as(ORDERED),
                bit_xor(col(DIFFERENCE)).as(DIFFERENCE))
            .agg(
                count(lit(1)).as("all"),
                count_if(not(once).or(col(DIFFERENCE).notEqual(0))).as("wrong"))
            .first();
    findings.checked(Check.SELECTION, counts.<Long>getAs("all"));
    if (counts.<Long>getAs("wrong") > 0) {
      findings.breaches(
          Check.SELECTION, counts.<Long>getAs("wrong"), first(both, fromOrder, not(once)));
    }
  }

  private static List<Breach> first(Dataset<Row> both, Column fromOrder, Column notOnce) {
    Column facts = struct(FACTS);
    return both
        .groupBy(DocumentsTable.DOC_ID, SelectionTable.REPEAT)
        .agg(
            count_if(not(fromOrder)).as(SELECTED),
            count_if(fromOrder).as(ORDERED),
            any_value(when(not(fromOrder), facts), lit(true)).as(IN_SELECTION),
            any_value(when(fromOrder, facts), lit(true)).as(IN_ORDER))
        .filter(notOnce.or(not(col(IN_SELECTION).eqNullSafe(col(IN_ORDER)))))
        .orderBy(DocumentsTable.DOC_ID, SelectionTable.REPEAT)
        .limit(Findings.MOST_OF_PART)
        .collectAsList()
        .stream()
        .map(SelectionCoverage::breach)
        .toList();
  }

  private static Dataset<Row> narrow(Dataset<Row> table, Column fromOrder) {
    return table.select(
        col(DocumentsTable.DOC_ID),
        col(SelectionTable.REPEAT),
        col(DocumentsTable.SOURCE),
        col(DocumentsTable.N_TOKENS),
        col(SelectionTable.SCORE),
        fromOrder.as(FROM_ORDER));
  }

  private static Breach breach(Row row) {
    long selected = row.getAs(SELECTED);
    long ordered = row.getAs(ORDERED);
    String problem;
    if (ordered > 1) {
      problem = "is there " + ordered + " times";
    } else if (selected > 1) {
      problem = "is selected " + selected + " times";
    } else if (selected == 0) {
      problem = "is not selected";
    } else if (ordered == 0) {
      problem = "is selected but missing";
    } else {
      problem =
          "is "
              + facts(row.getAs(IN_ORDER))
              + ", but was selected as "
              + facts(row.getAs(IN_SELECTION));
    }
    return new Breach(
        Check.SELECTION,
        "order",
        "document " + HexFormat.of().formatHex(row.<byte[]>getAs(DocumentsTable.DOC_ID)),
        "repeat " + row.<Integer>getAs(SelectionTable.REPEAT) + " " + problem);
  }

  private static String facts(Row row) {
    return String.format(
        "of source %s with %,d tokens and score %s",
        row.<String>getAs(DocumentsTable.SOURCE),
        row.<Integer>getAs(DocumentsTable.N_TOKENS),
        row.<Double>getAs(SelectionTable.SCORE));
  }
}
