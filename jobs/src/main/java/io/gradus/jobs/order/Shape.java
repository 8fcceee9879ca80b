package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.gradus.common.job.UserMistake;
import java.io.Serializable;
import java.util.List;

/**
 * In which order the documents of a stretch of the run are read, as a pure function from what is
 * known of a document to its place. Shapes compose: most have a shape inside.
 *
 * <p>A place is the share of the stretch's tokens that are read before, from 0 to 1. Sorting by
 * place gives the order, so places need not be exact; whatever a shape says, every document has one
 * place and is read once.
 *
 * <p>Written as JSON, a shape looks as it does in the configuration: {@code {"folded": {"layers":
 * 5}}}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
public sealed interface Shape extends Serializable
    permits Ascending,
        Blocked,
        Buckets,
        Cyclic,
        Descending,
        Folded,
        Interleaved,
        Jitter,
        Phases,
        Saw,
        Shuffled,
        Stair,
        Stochastic,
        WarmUp,
        ZigZag {

  /** How the shape is called in manifests, on the console and in the report. */
  String title();

  /** The shapes inside. */
  List<Shape> insides();

  /**
   * How often the documents have to be ranked again, after the first time, before places are known.
   */
  int rankings();

  /**
   * Asks for the document's next ranking, if the shape needs one beyond those that were made.
   *
   * @return whether it asked
   */
  boolean ask(RankedDocument document, Stretch stretch);

  /** Whether the shape, or one inside, tells topics apart. */
  default boolean needsTopics() {
    return insides().stream().anyMatch(Shape::needsTopics);
  }

  /**
   * Compares what the shape names with what there is.
   *
   * @param topics how many; 0 without topics
   * @throws UserMistake when they do not fit
   */
  default void check(List<String> sources, int topics) {
    insides().forEach(inside -> inside.check(sources, topics));
  }

  /** The document's place in a stretch, when all rankings are made. */
  double place(RankedDocument document, Stretch stretch);
}
