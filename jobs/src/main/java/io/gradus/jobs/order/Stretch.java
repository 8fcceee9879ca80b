package io.gradus.jobs.order;

/**
 * The part of the run, from one place to another, in which a shape puts documents.
 *
 * @param run what is known of the whole run
 * @param depth how many rankings lie behind
 * @param number tells stretches that were ranked apart
 * @param quantile the document's share of tokens of lesser rank in the stretch
 * @param value what documents are ranked by
 */
record Stretch(RunFacts run, int depth, long number, double quantile, RankValue value) {

  /** The whole run, after the first ranking. */
  static Stretch whole(RunFacts run, RankedDocument document) {
    return new Stretch(run, 0, 0, document.quantile(0), RankValue.SCORE);
  }

  /** One of several parts, ranked as before. */
  Stretch part(int parts, int part, double quantileThere) {
    return new Stretch(run, depth, numberOf(parts, part), quantileThere, value);
  }

  /** One of several parts, in which documents are ranked anew. */
  Stretch ranked(RankedDocument document, int parts, int part) {
    return new Stretch(run, depth + 1, numberOf(parts, part), document.quantile(depth + 1), value);
  }

  /** The same stretch, in which documents are ranked anew by another value. */
  Stretch rankedBy(RankedDocument document, RankValue other) {
    return new Stretch(run, depth + 1, number, document.quantile(depth + 1), other);
  }

  /** Whether the ranking that leads to the next depth is the one to be made now. */
  boolean nextIsMissing(RankedDocument document) {
    return document.rankings() == depth + 1;
  }

  long numberOf(int parts, int part) {
    return Math.addExact(Math.multiplyExact(number, (long) parts), (long) part);
  }
}
