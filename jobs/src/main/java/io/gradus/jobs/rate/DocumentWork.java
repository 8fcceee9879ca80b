package io.gradus.jobs.rate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One document on its way through a model. Its chunks may be scored by several threads; each writes
 * its own place, and whoever finishes the last chunk knows that all are written.
 */
final class DocumentWork {
  private final RatedDocument document;
  private final long[] ids;
  private final List<Chunk> chunks;
  private final double[][] scores;
  private final AtomicInteger missing;
  private Rating.Failure failure;
  private int failed = Integer.MAX_VALUE;

  /**
   * A document with its chunks.
   *
   * @param ids token ids without special tokens
   * @param chunks at least one
   */
  DocumentWork(RatedDocument document, long[] ids, List<Chunk> chunks) {
    this.document = document;
    this.ids = ids;
    this.chunks = chunks;
    this.scores = new double[chunks.size()][];
    this.missing = new AtomicInteger(chunks.size());
  }

  private DocumentWork(RatedDocument document, Rating.Failure failure) {
    this(document, new long[0], List.of());
    this.failure = failure;
  }

  /** A document that the model never sees. */
  static DocumentWork failed(RatedDocument document, String reason, String detail) {
    return new DocumentWork(document, new Rating.Failure(reason, detail));
  }

  RatedDocument document() {
    return document;
  }

  List<Piece> pieces() {
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < chunks.size(); i++) {
      pieces.add(new Piece(this, i));
    }
    return pieces;
  }

  /**
   * What all chunks together give.
   *
   * @param criteria how many scores there are
   */
  Rating rating(int criteria, RaterConfig.Scores kept) {
    if (failure != null) {
      return Rating.missing(criteria, failure.reason(), failure.detail());
    }
    double[] mean = Chunk.weightedMean(chunks, scores);
    if (!Arrays.stream(mean).allMatch(Double::isFinite)) {
      return Rating.missing(
          criteria, Rating.Failure.NOT_FINITE, "the model gives " + Arrays.toString(mean));
    }
    long tokens = chunks.stream().mapToLong(Chunk::length).sum();
    List<Rating.ChunkScores> each = new ArrayList<>();
    if (kept == RaterConfig.Scores.CHUNKS) {
      for (int i = 0; i < chunks.size(); i++) {
        each.add(Rating.ChunkScores.of(chunks.get(i), scores[i]));
      }
    }
    return Rating.scored(mean, chunks.size(), tokens, each);
  }

  /** The first chunk that fails is what the document failed for, whichever was run first. */
  private synchronized void fail(int chunk, Rating.Failure why) {
    if (chunk < failed) {
      failed = chunk;
      failure = why;
    }
  }

  /**
   * One chunk of a document.
   *
   * @param index of the chunk
   */
  record Piece(DocumentWork work, int index) {
    Chunk chunk() {
      return work.chunks.get(index);
    }

    long[] ids() {
      return work.ids;
    }

    /** Keeps the chunk's scores; true when it was the document's last chunk. */
    boolean keep(double[] scores) {
      work.scores[index] = scores;
      return work.missing.decrementAndGet() == 0;
    }

    /** Gives the document up; true when it was the document's last chunk. */
    boolean fail(String reason, String detail) {
      work.fail(index, new Rating.Failure(reason, detail));
      return work.missing.decrementAndGet() == 0;
    }
  }
}
