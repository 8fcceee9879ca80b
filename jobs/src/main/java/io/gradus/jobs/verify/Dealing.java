package io.gradus.jobs.verify;

import org.apache.spark.sql.SparkSession;

/** How rows are dealt to tasks. */
final class Dealing {
  /** So many narrow rows are grouped or sorted in a task's memory. */
  private static final long ROWS_OF_PART = 1 << 20;

  private Dealing() {}

  /** The number of parts for so many rows, which is Spark's usual one where they are few. */
  static int parts(SparkSession session, long rows) {
    long usual = Long.parseLong(session.conf().get("spark.sql.shuffle.partitions"));
    return (int) Math.max(usual, rows / ROWS_OF_PART);
  }
}
