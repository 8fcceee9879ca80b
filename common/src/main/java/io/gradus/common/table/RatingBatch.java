package io.gradus.common.table;

/**
 * Some consecutive rows of the ratings table as columns. The arrays are used again for the next
 * batch and may be longer than {@link #size}; a column that was not asked for is empty.
 */
public final class RatingBatch {
  /** The rows of this batch are 0 to {@code size - 1} of each array. */
  public int size;

  /** The first 8 bytes of each doc_id, big-endian: unsigned order is the order of the bytes. */
  public final long[] docIdHigh;

  /** The last 8 bytes of each doc_id, big-endian. */
  public final long[] docIdLow;

  /** Each row's source as a number of a {@link SourceIndex}. */
  public final int[] sources;

  /** Each row's training tokens. */
  public final int[] tokens;

  /** Each row's topic. */
  public final int[] topics;

  /**
   * Scores by criterion, in the order in which criteria were asked for, and row; NaN if missing.
   */
  public final double[][] scores;

  /** An empty batch with room for all columns. */
  public RatingBatch(int capacity, int criteria) {
    this.docIdHigh = new long[capacity];
    this.docIdLow = new long[capacity];
    this.sources = new int[capacity];
    this.tokens = new int[capacity];
    this.topics = new int[capacity];
    this.scores = new double[criteria][capacity];
  }
}
