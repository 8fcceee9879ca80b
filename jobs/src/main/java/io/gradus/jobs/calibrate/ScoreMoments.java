package io.gradus.jobs.calibrate;

/**
 * Mean and variance of scores, merged by the formulas of Chan, Golub and LeVeque (1979). Merging
 * the same moments in the same order gives the same bits.
 */
final class ScoreMoments {
  private long documents;
  private long missing;
  private double mean;
  private double squares;

  /** Moments of nothing. */
  ScoreMoments() {}

  /**
   * Moments of some documents.
   *
   * @param squares the sum of the squared differences from the mean
   */
  ScoreMoments(long documents, long missing, double mean, double squares) {
    this.documents = documents;
    this.missing = missing;
    this.mean = mean;
    this.squares = squares;
  }

  /** Adds documents that have no score. */
  void addMissing(long count) {
    missing += count;
  }

  /** Adds all that other moments have seen. */
  void merge(ScoreMoments other) {
    missing += other.missing;
    merge(other.documents, other.mean, other.squares);
  }

  /** Adds documents that have scores. */
  void merge(long otherDocuments, double otherMean, double otherSquares) {
    if (otherDocuments == 0) {
      return;
    }
    long sum = documents + otherDocuments;
    double difference = otherMean - mean;
    squares += otherSquares + difference * difference * ((double) documents * otherDocuments / sum);
    // Equal means must stay what they are; and the first one is exact.
    mean = documents == 0 ? otherMean : mean + difference * ((double) otherDocuments / sum);
    documents = sum;
  }

  long documents() {
    return documents;
  }

  long missing() {
    return missing;
  }

  double mean() {
    return mean;
  }

  double squares() {
    return squares;
  }

  /** The standard deviation of the population. */
  double standardDeviation() {
    return documents == 0 ? 0 : Math.sqrt(squares / documents);
  }
}
