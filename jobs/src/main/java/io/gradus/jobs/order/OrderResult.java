package io.gradus.jobs.order;

import io.gradus.common.table.OrderTable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@code order} did.
 *
 * @param table the descriptor for the stages that read the order
 * @param files how many files hold it
 * @param phases what phases, or the draws of a cyclic order, asked for and got; empty for others
 */
public record OrderResult(OrderTable table, int files, List<PhaseTokens> phases) {
  /** A share that is missed by more is told. */
  private static final double NEAR = 0.01;

  /** Says which phases missed the share that they asked for; empty when all have it. */
  public String missedPhases() {
    return phases.stream()
        .filter(phase -> Math.abs(phase.tokensShare() - phase.share()) > NEAR)
        .map(
            phase ->
                phase.name()
                    + " has "
                    + Titles.percent(phase.tokensShare())
                    + " where "
                    + Titles.percent(phase.share())
                    + " were asked for")
        .collect(Collectors.collectingAndThen(Collectors.joining("; "), OrderResult::lead));
  }

  private static String lead(String missed) {
    return missed.isEmpty() ? "" : "; pools do not allow all shares: " + missed;
  }
}
