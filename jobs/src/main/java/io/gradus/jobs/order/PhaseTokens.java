package io.gradus.jobs.order;

import java.util.ArrayList;
import java.util.List;

/**
 * What a phase asked for and what it got.
 *
 * @param name of the phase
 * @param share of the run that it asked for
 * @param tokens that it got
 * @param tokensShare those as a share of the run
 */
public record PhaseTokens(String name, double share, long tokens, double tokensShare) {

  /** The phases of an order that consists of them, else nothing. */
  static List<PhaseTokens> of(Shape shape, RunFacts run) {
    Phases phases =
        shape instanceof Phases listed
            ? listed
            : shape instanceof Cyclic cyclic ? cyclic.asPhases() : new Phases(List.of());
    int count = phases.phases().size();
    long all = 0;
    for (int phase = 0; phase < count; phase++) {
      all += run.tokens(2, phase);
    }
    List<PhaseTokens> result = new ArrayList<>();
    for (int phase = 0; phase < count; phase++) {
      long tokens = run.tokens(2, phase);
      result.add(
          new PhaseTokens(
              phases.phases().get(phase).name(),
              phases.phases().get(phase).share(),
              tokens,
              all == 0 ? 0 : (double) tokens / all));
    }
    return result;
  }
}
