package io.gradus.common.table;

/**
 * What readers of the topics table need to know beside its rows: {@code doc_id} and {@code topic}.
 * One Parquet file for each bucket of the documents, named {@link RatingsTable#fileName}, with the
 * documents' rows in the documents' order.
 *
 * @param count how many topics were asked for; also the number in place of a topic of documents
 *     that have none
 * @param found how many there are, numbered from 0; fewer than {@code count} where the corpus is
 *     too small or too uniform
 * @param rows documents
 * @param tokens the sum of their {@code n_tokens}
 * @param withoutTopic documents whose topic is {@code count}
 */
public record TopicsTable(int count, int found, long rows, long tokens, long withoutTopic) {
  public static final String TOPIC = "topic";

  /** How many numbers the column may hold: a topic's, or the one in its place. */
  public int numbers() {
    return count + 1;
  }
}
