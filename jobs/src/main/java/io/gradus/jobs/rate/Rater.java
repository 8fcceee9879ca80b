package io.gradus.jobs.rate;

import java.util.List;

/** Gives scores to documents; may be used by several tasks at once. */
interface Rater {
  /** The names of what is scored, in the order of {@link Rating#scores}. */
  List<String> criteria();

  /**
   * Rates documents together, so that work of equal shape can share a batch.
   *
   * @param documents consecutive documents of one bucket, few enough to be held at once
   * @return one rating for each document, in the same order
   */
  List<Rating> rate(List<RatedDocument> documents);
}
