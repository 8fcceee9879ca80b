package io.gradus.jobs.verify;

import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** How rows are dealt to tasks before they are grouped, sorted or joined. */
final class Dealing {
  /** So many narrow rows are grouped or sorted in a task's memory. */
  private static final long ROWS_OF_PART = 1 << 20;

  private Dealing() {}

  /**
   * Rows dealt by some columns. Spark deals few ones by itself, but in as many parts as the session
   * says, however large they are.
   *
   * @param count about how many there are
   */
  static Dataset<Row> deal(Dataset<Row> rows, long count, String... by) {
    long usual = Long.parseLong(rows.sparkSession().conf().get("spark.sql.shuffle.partitions"));
    long parts = count / ROWS_OF_PART;
    return parts <= usual
        ? rows
        : rows.repartition(
            Math.toIntExact(parts), Arrays.stream(by).map(functions::col).toArray(Column[]::new));
  }
}
