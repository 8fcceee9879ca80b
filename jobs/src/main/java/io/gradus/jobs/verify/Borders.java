package io.gradus.jobs.verify;

import io.gradus.common.table.OrderTable;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TokenHash;
import java.util.EnumMap;
import java.util.Map;

/** Puts together what crosses the borders between shards; takes the shards in order. */
final class Borders {
  private final OrderTable order;
  private final int shards;
  private final Findings findings;
  private final Map<ShardFormat, ShardCheck.Cut> open = new EnumMap<>(ShardFormat.class);
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
    check.cuts().forEach(this::add);
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

  private void add(ShardCheck.Cut cut) {
    ShardCheck.Cut whole = cut;
    if (!cut.begins()) {
      ShardCheck.Cut before = open.remove(cut.format());
      if (before == null || before.position() != cut.position()) {
        return;
      }
      whole =
          new ShardCheck.Cut(
              cut.format(),
              cut.position(),
              cut.docId(),
              before.file(),
              before.place(),
              true,
              cut.ends(),
              before.readable() && cut.readable(),
              TokenHash.concatenate(before.hash(), cut.hash(), cut.tokens()),
              before.tokens() + cut.tokens(),
              cut.expectedHash());
    }
    if (!cut.ends()) {
      open.put(cut.format(), whole);
    } else if (whole.readable() && whole.expectedHash() != null) {
      findings.checked(Check.TOKENS, 1);
      if (whole.hash() != whole.expectedHash()) {
        findings.breach(
            Check.TOKENS,
            whole.file(),
            whole.place(),
            ShardWalk.wrongTokens(whole.docId(), whole.position())
                + ", which goes on to shard "
                + (next - 1));
      }
    }
  }
}
