package io.gradus.jobs.verify;

import io.gradus.common.table.OrderTable;

/**
 * Puts together what crosses the borders between shards; takes the shards in order, where they are
 * stretches of the curriculum.
 */
final class Borders {
  private final OrderTable order;
  private final int shards;
  private final Findings findings;
  private int next;
  private ShardCheck.Edge last = new ShardCheck.Edge(-1, 0, true);
  private ShardCheck.Edge lastBegun;

  Borders(OrderTable order, int shards, Findings findings) {
    this.order = order;
    this.shards = shards;
    this.findings = findings;
  }

  void add(ShardCheck check) {
    skipTo(check.shard());
    next++;
    if (check.first() != null) {
      checkPositions(check);
    }
    if (check.firstBegun() != null) {
      if (lastBegun != null) {
        Monotony.check(order.shape(), lastBegun, check.firstBegun(), findings);
      }
      lastBegun = check.lastBegun();
    }
  }

  /** Checks that the curriculum ends where it should. */
  void end() {
    skipTo(shards);
    if (last.position() != order.rows() - 1 || !last.whole()) {
      findings.breach(
          Check.ORDER,
          "order",
          "position " + last.position(),
          String.format("is the last one; the order has %,d rows", order.rows()));
    }
  }

  private void skipTo(int shard) {
    for (; next < shard; next++) {
      findings.breach(Check.ORDER, "order", "shard " + next, "no document of the order lies in it");
    }
  }

  private void checkPositions(ShardCheck check) {
    ShardCheck.Edge first = check.first();
    long expected = last.whole() ? last.position() + 1 : last.position();
    if (first.position() != expected || first.whole() != last.whole()) {
      findings.breach(
          Check.ORDER,
          "order",
          "position " + first.position(),
          String.format(
              "shard %d begins with it instead of position %,d", check.shard(), expected));
    }
    last = check.last();
  }
}
