package io.gradus.jobs.rate;

import java.io.Serializable;

/**
 * Work done, in numbers that add up.
 *
 * @param documents rated, or found impossible to rate
 * @param quarantined of these documents: those without a score
 * @param tokens of these documents, in the training tokenizer's tokens
 * @param raterTokens that went through a model, special tokens included
 * @param positions that went through a model: {@code raterTokens} and padding
 * @param batches runs of a model
 * @param halvings batches that did not fit into memory and were halved
 * @param busyNanos inside the model, summed over the threads that run it
 * @param waitNanos of batches in the queue
 * @param takenOver documents whose scores an earlier run had given; not among {@code documents}
 * @param takenOverTokens of these documents, in the training tokenizer's tokens
 */
record RatingWork(
    long documents,
    long quarantined,
    long tokens,
    long raterTokens,
    long positions,
    long batches,
    long halvings,
    long busyNanos,
    long waitNanos,
    long takenOver,
    long takenOverTokens)
    implements Serializable {
  static final RatingWork NONE = new RatingWork(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  static RatingWork document(long tokens) {
    return new RatingWork(1, 0, tokens, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** That an earlier run's scores of a document are taken. */
  static RatingWork takenOver(long tokens) {
    return new RatingWork(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, tokens);
  }

  /** That a document counted elsewhere has no score. */
  static RatingWork quarantine() {
    return new RatingWork(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  static RatingWork batch(long raterTokens, long positions, long busyNanos) {
    return new RatingWork(0, 0, 0, raterTokens, positions, 1, 0, busyNanos, 0, 0, 0);
  }

  static RatingWork halving() {
    return new RatingWork(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
  }

  static RatingWork waiting(long nanos) {
    return new RatingWork(0, 0, 0, 0, 0, 0, 0, 0, nanos, 0, 0);
  }

  RatingWork plus(RatingWork other) {
    return new RatingWork(
        documents + other.documents,
        quarantined + other.quarantined,
        tokens + other.tokens,
        raterTokens + other.raterTokens,
        positions + other.positions,
        batches + other.batches,
        halvings + other.halvings,
        busyNanos + other.busyNanos,
        waitNanos + other.waitNanos,
        takenOver + other.takenOver,
        takenOverTokens + other.takenOverTokens);
  }

  /** The share of positions that were padding, from 0 to 1. */
  double paddingShare() {
    return positions == 0 ? 0 : (double) (positions - raterTokens) / positions;
  }
}
