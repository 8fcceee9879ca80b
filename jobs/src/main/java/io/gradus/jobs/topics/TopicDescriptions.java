package io.gradus.jobs.topics;

import java.io.Serializable;
import java.util.List;

/**
 * What each topic is about; texts are as in the documents, not escaped.
 *
 * @param topics by number
 * @param withoutTopic the documents that have none
 */
record TopicDescriptions(List<Topic> topics, Totals withoutTopic) {

  /**
   * One topic.
   *
   * @param documents in the whole corpus
   * @param tokens theirs
   * @param terms that set it apart, the most telling first
   * @param examples documents closest to its centre, the closest first
   */
  record Topic(
      int number, long documents, long tokens, List<String> terms, List<Example> examples) {}

  /**
   * A document.
   *
   * @param docId in hexadecimal
   * @param title its title, or else its first words
   */
  record Example(String docId, String source, String title) implements Serializable {}

  /** Documents and the sum of their tokens. */
  record Totals(long documents, long tokens) {}
}
