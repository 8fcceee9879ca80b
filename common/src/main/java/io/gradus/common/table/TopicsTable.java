package io.gradus.common.table;

/**
 * What readers of the topics table need to know beside its rows: {@code doc_id}, {@code topic}. Its
 * files have the names of the ratings table's, and the same rows in the same order.
 *
 * @param count topics are numbered from 0 to {@code count - 1}
 * @param rows documents
 */
public record TopicsTable(int count, long rows) {
  /** The number of the document's topic. */
  public static final String TOPIC = "topic";
}
