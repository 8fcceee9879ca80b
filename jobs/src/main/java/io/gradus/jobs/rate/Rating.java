package io.gradus.jobs.rate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a rater says of one document.
 *
 * @param scores one score for each criterion, computed ones rounded by {@link #round}; NaN where
 *     there is none
 * @param chunks how many pieces of text were rated
 * @param tokens how many tokens of the rater's own tokenizer were rated; 0 where it has none
 * @param failure why a score is missing, or null
 * @param chunkScores the scores of each chunk, where they are wanted
 */
@SuppressWarnings("ArrayRecordComponent") // ratings are written, never compared
record Rating(
    double[] scores, int chunks, long tokens, Failure failure, List<ChunkScores> chunkScores) {
  private static final double STEPS = 1e4;

  /**
   * Why a document has no score.
   *
   * @param reason one of a few words that failures are counted by
   * @param detail what happened to this document
   */
  record Failure(String reason, String detail) {
    private static final int DETAIL_LIMIT = 500;

    static final String NO_TEXT = "no-text";
    static final String NO_TOKENS = "no-tokens";
    static final String NO_VALUE = "no-value";
    static final String NOT_A_NUMBER = "not-a-number";
    static final String BAD_META = "bad-meta";
    static final String UNDEFINED = "undefined";
    static final String NOT_FINITE = "not-finite";
    static final String TOKENIZER_ERROR = "tokenizer-error";
    static final String MODEL_ERROR = "model-error";
    static final String OUT_OF_MEMORY = "out-of-memory";

    Failure {
      detail = detail.length() > DETAIL_LIMIT ? detail.substring(0, DETAIL_LIMIT) : detail;
    }
  }

  /**
   * A chunk's scores.
   *
   * @param start the index of its first token
   * @param tokens how many tokens it has, special tokens not counted
   * @param scores one for each criterion, rounded
   */
  @SuppressWarnings("ArrayRecordComponent") // written, never compared
  record ChunkScores(int start, int tokens, double[] scores) {
    static ChunkScores of(Chunk chunk, double[] scores) {
      return new ChunkScores(chunk.start(), chunk.length(), rounded(scores));
    }
  }

  static Rating scored(double[] scores, int chunks, long tokens) {
    return scored(scores, chunks, tokens, List.of());
  }

  static Rating scored(double[] scores, int chunks, long tokens, List<ChunkScores> chunkScores) {
    return new Rating(rounded(scores), chunks, tokens, null, chunkScores);
  }

  /** A rating in which some scores, or all, are missing. */
  static Rating failed(double[] scores, int chunks, long tokens, Failure failure) {
    return new Rating(rounded(scores), chunks, tokens, failure, List.of());
  }

  /** Scores that came with the document, kept digit by digit; no text was rated. */
  static Rating given(double[] scores) {
    return givenInPart(scores, null);
  }

  /** Scores that came with the document, of which some, or all, are missing. */
  static Rating givenInPart(double[] scores, Failure failure) {
    // Adding 0.0 turns -0.0 into 0.0, so that equal scores are equal bytes.
    return new Rating(
        Arrays.stream(scores).map(score -> score + 0.0).toArray(), 0, 0, failure, List.of());
  }

  /** A rating without any score. */
  static Rating missing(int criteria, String reason, String detail) {
    double[] none = new double[criteria];
    Arrays.fill(none, Double.NaN);
    return new Rating(none, 0, 0, new Failure(reason, detail), List.of());
  }

  /** The same with the scores of each chunk. */
  Rating withChunks(List<ChunkScores> each) {
    return new Rating(scores, chunks, tokens, failure, each);
  }

  Optional<Failure> whyMissing() {
    return Optional.ofNullable(failure);
  }

  /**
   * Computed scores are kept to 1e-4: finer digits differ between kinds of processors and are no
   * part of what a rater means. The only place where scores are rounded.
   */
  static double round(double score) {
    // Adding 0.0 turns -0.0 into 0.0, so that equal scores are equal bytes.
    return Double.isFinite(score) ? Math.rint(score * STEPS) / STEPS + 0.0 : score;
  }

  private static double[] rounded(double[] scores) {
    return Arrays.stream(scores).map(Rating::round).toArray();
  }
}
