package io.gradus.common.table;

import java.util.Map;

/**
 * What readers of the selection need to know beside its rows: {@code doc_id}, {@code source},
 * {@code topic} where there are topics, {@code group}, {@code n_tokens}, {@code score}, {@code
 * key}, {@code repeat}, {@code inclusion}.
 *
 * @param rows selected documents, each repeat counted
 * @param tokens their tokens, without end-of-text
 * @param tokensBySource their tokens by source
 */
public record SelectionTable(long rows, long tokens, Map<String, Long> tokensBySource) {
  /** The folder beside the table that holds the documents of the validation split, if any. */
  public static final String VALIDATION = "validation";

  /** The weighted sum of normalised ratings. */
  public static final String SCORE = "score";

  /** The quota group whose budget it counts against. */
  public static final String GROUP = "group";

  /** What the selection compared: the largest keys were taken. */
  public static final String KEY = "key";

  /** 0 for the first copy of a document, 1 for the second, and so on. */
  public static final String REPEAT = "repeat";

  /** The probability, over seeds, that this copy of the document is in. */
  public static final String INCLUSION = "inclusion";
}
