package io.gradus.jobs.rate;

import java.util.List;

/** Gives scores to documents; may be used by several tasks at once. */
interface Rater extends AutoCloseable {
  /** The names of what is scored, in the order of {@link Rating#scores}. */
  List<String> criteria();

  /** Where the work is done, such as {@code cpu} or {@code gpu 0}. */
  default String device() {
    return "cpu";
  }

  /**
   * Begins to rate documents together, so that work of equal shape can share a batch, and returns
   * as soon as the next documents may be prepared.
   *
   * @param documents consecutive documents of one bucket, few enough to be held at once
   * @param meter told of each document and each batch once it is done, by any thread
   */
  Pending begin(List<RatedDocument> documents, Meter meter);

  /** Ends the use of this rater; what it shares with others stays. */
  @Override
  default void close() {}

  /** Documents on their way. Closing gives up what is not rated yet. */
  interface Pending extends AutoCloseable {
    /** Waits for one rating for each document, in the documents' order. */
    List<Rating> ratings();

    @Override
    void close();
  }

  /** Is told of finished work. */
  interface Meter {
    void add(RatingWork work);
  }
}
