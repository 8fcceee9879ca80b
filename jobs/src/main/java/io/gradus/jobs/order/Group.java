package io.gradus.jobs.order;

import io.gradus.common.job.UserMistake;

/** What documents belong together by. */
public enum Group {
  /** Where they come from. */
  SOURCE,
  /** What they are about; documents without a topic form a group of their own, the last one. */
  TOPIC;

  /** What to do where a shape asks for topics and there are none. */
  public static final String TOPICS_NEEDED =
      "topics are blocked or interleaved, and there are none; add a section topics { count = 25 }, or"
          + " set by = source";

  /**
   * Makes sure that there is such a thing.
   *
   * @throws UserMistake when the selection has no topics
   */
  void check(int topics) {
    if (this == TOPIC && topics == 0) {
      throw new UserMistake("order.shape: " + TOPICS_NEEDED);
    }
  }

  int of(RankedDocument document, RunFacts run) {
    if (this == SOURCE) {
      return document.source();
    }
    return document.topic() == RankedDocument.NO_TOPIC ? run.topics() : document.topic();
  }

  int count(RunFacts run) {
    return this == SOURCE ? run.sources().size() : run.topics() + 1;
  }
}
