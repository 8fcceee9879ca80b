package io.gradus.jobs.topics;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import java.io.Serializable;

/**
 * The section {@code topics}; without it there is no such stage.
 *
 * @param count topics to find; 0 only in {@link #NONE}
 * @param sampleDocuments the topics are fitted on at most so many documents
 * @param characters of a text, no more than its first so many UTF-16 units are looked at
 * @param vocabulary the words that are in the most documents, at most so many
 * @param dimensions of the space in which topics are clusters
 * @param iterations of k-means at most
 * @param terms to describe a topic with
 * @param examples documents closest to a topic's centre, to describe it with
 * @param titleField the field of a document's {@code meta} that holds its title
 */
public record TopicsConfig(
    int count,
    int sampleDocuments,
    int characters,
    int vocabulary,
    int dimensions,
    int iterations,
    int terms,
    int examples,
    String titleField)
    implements Serializable {

  /** No topics: the configuration has no such section. */
  public static final TopicsConfig NONE = new TopicsConfig(0, 1, 1, 1, 1, 1, 0, 0, "");

  /** Reads the section. */
  public static TopicsConfig read(Section section) {
    TopicsConfig config =
        new TopicsConfig(
            (int) section.count("count", 25, new Range(1, 1000)),
            (int) section.count("sample-documents", 100_000, new Range(1, 200_000)),
            (int) section.count("characters", 10_000, new Range(100, 100_000)),
            (int) section.count("vocabulary", 50_000, new Range(1, Character.MAX_VALUE + 1)),
            (int) section.count("dimensions", 128, new Range(1, 512)),
            (int) section.count("iterations", 20, new Range(1, 1000)),
            (int) section.count("terms", 10, new Range(0, 100)),
            (int) section.count("examples", 5, new Range(0, 20)),
            section.text("title-field", "title"));
    section.finish();
    return config;
  }

  /** Whether the configuration asks for topics. */
  public boolean wanted() {
    return count > 0;
  }
}
