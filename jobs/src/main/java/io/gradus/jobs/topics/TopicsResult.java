package io.gradus.jobs.topics;

import io.gradus.common.table.TopicsTable;

/**
 * What {@code topics} did; what each topic is about lies in {@value #FILE}.
 *
 * @param table the descriptor for the stages that read the topics
 * @param sampleDocuments documents that the topics were fitted on
 * @param vocabulary words that documents are compared by
 */
public record TopicsResult(TopicsTable table, int sampleDocuments, int vocabulary) {
  /** A {@link TopicDescriptions}, as JSON. */
  public static final String FILE = "topics.json";
}
