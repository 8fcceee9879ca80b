package io.gradus.jobs.verify;

/** Whether quality goes the way that the order's shape says. */
final class Monotony {
  private Monotony() {}

  /** Checks two documents that follow one another; shapes that promise nothing pass. */
  static void check(
      String shape, ShardCheck.Edge before, ShardCheck.Edge after, Findings findings) {
    boolean ascending = shape.equals("ascending");
    if (!ascending && !shape.equals("descending")) {
      return;
    }
    findings.checked(Check.QUALITY, 1);
    double change = after.quantile() - before.quantile();
    if (ascending ? change < 0 : change > 0) {
      findings.breach(
          Check.QUALITY,
          "order",
          "position " + after.position(),
          problem(shape, before.quantile(), after.quantile()));
    }
  }

  static String problem(String shape, double before, double after) {
    return String.format(
        "the quantile goes from %s to %s in an order that is %s", before, after, shape);
  }
}
