package io.gradus.jobs.topics;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
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

  private static final Key<Integer> COUNT =
      Key.integer("count", 25, new Range(1, 1000), "Topics to find.");
  private static final Key<Integer> SAMPLE_DOCUMENTS =
      Key.integer(
          "sample-documents",
          100_000,
          new Range(1, 200_000),
          "Topics are fitted on at most so many documents.");
  private static final Key<Integer> CHARACTERS =
      Key.integer(
          "characters",
          10_000,
          new Range(100, 100_000),
          "Of a text, no more than its first so many UTF-16 units are looked at.");
  private static final Key<Integer> VOCABULARY =
      Key.integer(
          "vocabulary",
          50_000,
          new Range(1, Character.MAX_VALUE + 1),
          "Words that are in the most documents, at most so many.");
  private static final Key<Integer> DIMENSIONS =
      Key.integer(
          "dimensions",
          128,
          new Range(1, 512),
          "Dimensions of the space in which topics are clusters.");
  private static final Key<Integer> ITERATIONS =
      Key.integer("iterations", 20, new Range(1, 1000), "Iterations of k-means at most.");
  private static final Key<Integer> TERMS =
      Key.integer("terms", 10, new Range(0, 100), "Words that describe a topic.");
  private static final Key<Integer> EXAMPLES =
      Key.integer(
          "examples",
          5,
          new Range(0, 20),
          "Documents closest to a topic's centre that describe it.");
  private static final Key<String> TITLE_FIELD =
      Key.text(
          "title-field",
          "title",
          "The field of a record, beside its text, that holds a document's title.");

  /** The keys of the section. */
  public static final Keys KEYS =
      Keys.of(
          COUNT,
          SAMPLE_DOCUMENTS,
          CHARACTERS,
          VOCABULARY,
          DIMENSIONS,
          ITERATIONS,
          TERMS,
          EXAMPLES,
          TITLE_FIELD);

  /** Reads the section. */
  public static TopicsConfig read(Section section) {
    TopicsConfig config =
        new TopicsConfig(
            section.read(COUNT),
            section.read(SAMPLE_DOCUMENTS),
            section.read(CHARACTERS),
            section.read(VOCABULARY),
            section.read(DIMENSIONS),
            section.read(ITERATIONS),
            section.read(TERMS),
            section.read(EXAMPLES),
            section.read(TITLE_FIELD));
    section.finish(KEYS);
    return config;
  }

  /** Whether the configuration asks for topics. */
  public boolean wanted() {
    return count > 0;
  }
}
