package io.gradus.benchmarks;

/** A way to select documents from ratings. */
interface SelectionRival extends Rival {
  /** What the round before selected. */
  Selected selected() throws Exception;

  /** The most memory that its process has held, in bytes, rounds before included. */
  long peakBytes() throws Exception;

  /**
   * A selection.
   *
   * @param documents how many
   * @param tokens of them all
   * @param meanScore each document counted once
   */
  record Selected(long documents, long tokens, double meanScore) {}
}
