package io.gradus.common.table;

/**
 * The columns of the table that says which part of which document lies where in the stream: {@code
 * doc_id}, {@code source}, {@code repeat}, {@code n_tokens}, {@code position}, {@code
 * token_offset}, {@code quantile} (null in the validation split), {@code score} as in the order,
 * and those below. A document that was cut has several rows. Files in the order of their names, and
 * rows inside them, are in the order of the stream; what is between two rows is padding.
 */
public final class PlacementTable {
  /**
   * The first token of the part, counted from 0 in the document as it is packed: beginning token if
   * any, text, end-of-text.
   */
  public static final String FIRST_TOKEN = "first_token";

  /** Tokens of the part, with what is added. */
  public static final String PART_TOKENS = "part_tokens";

  /** The stream offset of the part's first token. */
  public static final String STREAM_START = "stream_start";

  private PlacementTable() {}
}
