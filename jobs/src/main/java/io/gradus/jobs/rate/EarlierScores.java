package io.gradus.jobs.rate;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What a rater gave earlier to documents of one bucket, found by a merge: documents are asked for
 * in ascending order of their ids, the order in which the files hold them. Only whole ratings
 * count; a document that was left without a score is rated anew.
 */
final class EarlierScores implements AutoCloseable {
  private final List<Source> sources = new ArrayList<>();

  /**
   * A bucket's files of the rater.
   *
   * @param ratings the rater's file
   * @param chunks the chunks' scores; read where the rater keeps them
   */
  record Files(String ratings, String chunks) implements Serializable {}

  /**
   * Opens what there is.
   *
   * @param tables for each earlier table the files that may have documents of the bucket, ascending
   */
  EarlierScores(Configuration hadoop, PlannedRater rater, List<List<Files>> tables) {
    tables.forEach(files -> sources.add(new Source(hadoop, rater, files)));
  }

  /** The document's rating; nothing where it was never rated or has no score. */
  Optional<Rating> of(byte[] docId) throws IOException {
    for (Source source : sources) {
      Optional<Rating> rating = source.of(docId);
      if (rating.isPresent()) {
        return rating;
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    for (Source source : sources) {
      source.close();
    }
  }

  /** The files of one earlier table, one after the other. */
  private static final class Source implements AutoCloseable {
    private final Configuration hadoop;
    private final PlannedRater rater;
    private final Iterator<Files> files;
    private RaterFile.Reader ratings;
    private ChunkFile.Reader chunks;
    private RaterFile.Row ahead;

    Source(Configuration hadoop, PlannedRater rater, List<Files> files) {
      this.hadoop = hadoop;
      this.rater = rater;
      this.files = files.iterator();
    }

    Optional<Rating> of(byte[] docId) throws IOException {
      while (advance()) {
        int order = Arrays.compareUnsigned(ahead.document().docId(), docId);
        if (order > 0) {
          return Optional.empty();
        }
        Rating rating = ahead.rating();
        ahead = null;
        if (order == 0) {
          if (rating.whyMissing().isPresent()) {
            return Optional.empty();
          }
          return Optional.of(chunks == null ? rating : rating.withChunks(chunks.of(docId)));
        }
      }
      return Optional.empty();
    }

    private boolean advance() throws IOException {
      while (ahead == null) {
        if (ratings == null) {
          if (!files.hasNext()) {
            return false;
          }
          Files next = files.next();
          ratings = new RaterFile.Reader(hadoop, new Path(next.ratings()), rater.criteria());
          if (rater.keepsChunks()) {
            chunks = new ChunkFile.Reader(hadoop, new Path(next.chunks()), rater.criteria());
          }
        }
        ahead = ratings.next().orElse(null);
        if (ahead == null) {
          close();
        }
      }
      return true;
    }

    @Override
    public void close() throws IOException {
      if (ratings != null) {
        ratings.close();
        ratings = null;
      }
      if (chunks != null) {
        chunks.close();
        chunks = null;
      }
    }
  }
}
