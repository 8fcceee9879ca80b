package io.gradus.common.table;

/**
 * What readers of the order need to know beside its rows: {@code doc_id}, {@code source}, {@code
 * repeat}, {@code n_tokens}, {@code position}, {@code token_offset}, {@code quantile}, {@code
 * score}. Files in the order of their names, and rows inside them, are the curriculum.
 *
 * @param rows positions, from 0 to rows - 1
 * @param tokens tokens of all rows, without end-of-text
 * @param shape the order's shape, such as {@code ascending}
 * @param within what quantiles were taken within: {@code source} or {@code overall}
 */
public record OrderTable(long rows, long tokens, String shape, String within) {
  /** The rank in the curriculum, from 0. */
  public static final String POSITION = "position";

  /** The tokens of all documents before this one, without end-of-text. */
  public static final String TOKEN_OFFSET = "token_offset";

  /** The share of tokens of lesser score, and half of the document's own, in [0, 1]. */
  public static final String QUANTILE = "quantile";

  /**
   * Where a document begins in the packed stream, which has one end-of-text after each document.
   */
  public static long streamOffset(long tokenOffset, long position) {
    return tokenOffset + position;
  }
}
