package io.gradus.jobs.rate;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Rates one bucket with one rater: reads the bucket's file, writes the rater's file of it. While a
 * window of documents is being rated the next one is read and tokenized.
 *
 * @param windowCharacters documents are rated together up to so much text
 */
record RatingTask(
    Broadcast<SerializableConfiguration> hadoop, RatingProgress progress, long windowCharacters)
    implements VoidFunction<RatingTask.Unit> {
  /**
   * Documents are rated together up to so many: windows are a pure function of the bucket and of
   * what is taken over.
   */
  static final int WINDOW_DOCUMENTS = 512;

  /** Documents whose scores are taken over come without their text, so that more of them fit. */
  private static final int WINDOW_ROWS = 1 << 14;

  /** The scores of a chunk that are taken over need about as much memory as so much text. */
  private static final int CHARACTERS_OF_A_CHUNK = 100;

  /**
   * A piece of work.
   *
   * @param documents the bucket's file
   * @param target the file to write
   * @param chunks the file of the chunks' scores; written where the rater keeps them
   * @param earlier for each earlier table the rater's files that may have some of the documents
   */
  record Unit(
      PlannedRater rater,
      String documents,
      String target,
      String chunks,
      List<List<EarlierScores.Files>> earlier)
      implements Serializable {}

  /**
   * Documents and their ratings to come.
   *
   * @param earlier for each document the rating that is taken over; empty where the rater is at it
   */
  private record Window(
      List<RatedDocument> documents, List<Optional<Rating>> earlier, Rater.Pending pending) {}

  @Override
  public void call(Unit unit) throws IOException {
    Configuration configuration = hadoop.value().value();
    Path target = new Path(unit.target());
    Path temporary = AtomicFile.temporary(target);
    Path chunks = new Path(unit.chunks());
    Path temporaryChunks = AtomicFile.temporary(chunks);
    FileSystem fileSystem = target.getFileSystem(configuration);
    try {
      try (Rater rater = unit.rater().opening().open(configuration);
          ParquetRows.Reader documents =
              ParquetRows.read(
                  configuration, new Path(unit.documents()), columns(unit.rater().opening()));
          RaterFile.Writer ratings =
              new RaterFile.Writer(configuration, temporary, unit.rater().criteria());
          ChunkFile.Writer chunkScores =
              ChunkFile.writer(configuration, temporaryChunks, unit.rater());
          EarlierScores earlier = new EarlierScores(configuration, unit.rater(), unit.earlier())) {
        rate(unit.rater(), rater, documents, earlier, ratings, chunkScores);
      }
      if (unit.rater().keepsChunks()) {
        // First, since a bucket is finished when its ratings are there.
        AtomicFile.commit(fileSystem, temporaryChunks, chunks);
      }
      AtomicFile.commit(fileSystem, temporary, target);
    } finally {
      fileSystem.delete(temporary, false);
      fileSystem.delete(temporaryChunks, false);
    }
  }

  private static String[] columns(PlannedRater.Opening opening) {
    List<String> columns =
        new ArrayList<>(
            List.of(DocumentsTable.DOC_ID, DocumentsTable.SOURCE, DocumentsTable.N_TOKENS));
    columns.addAll(opening.documentColumns());
    return columns.toArray(String[]::new);
  }

  private void rate(
      PlannedRater planned,
      Rater rater,
      ParquetRows.Reader documents,
      EarlierScores earlier,
      RaterFile.Writer ratings,
      ChunkFile.Writer chunkScores)
      throws IOException {
    RatingProgress.Place place = RatingProgress.Place.here(rater.device(), planned.folder());
    Rater.Meter meter = work -> progress.add(new RatingProgress.Done(place, work));
    Deque<Window> underway = new ArrayDeque<>();
    try {
      underway.add(begin(rater, documents, earlier, meter));
      while (!underway.element().documents().isEmpty()) {
        underway.add(begin(rater, documents, earlier, meter));
        meter.add(write(underway.element(), ratings, chunkScores));
        underway.remove();
      }
    } finally {
      underway.forEach(window -> window.pending().close());
    }
  }

  private Window begin(
      Rater rater, ParquetRows.Reader documents, EarlierScores earlier, Rater.Meter meter)
      throws IOException {
    List<RatedDocument> window = new ArrayList<>();
    List<Optional<Rating>> ratings = new ArrayList<>();
    List<RatedDocument> unrated = new ArrayList<>();
    long characters = 0;
    while (unrated.size() < WINDOW_DOCUMENTS
        && window.size() < WINDOW_ROWS
        && characters < windowCharacters) {
      Optional<Group> row = documents.next();
      if (row.isEmpty()) {
        break;
      }
      Optional<Rating> rating =
          earlier.of(row.get().getBinary(DocumentsTable.DOC_ID, 0).getBytes());
      ratings.add(rating);
      if (rating.isPresent()) {
        RatedDocument document = RaterFile.document(row.get(), null, null);
        window.add(document);
        meter.add(RatingWork.takenOver(document.tokens()));
        characters += (long) rating.get().chunkScores().size() * CHARACTERS_OF_A_CHUNK;
        continue;
      }
      String text = value(row.get(), DocumentsTable.TEXT);
      String meta = value(row.get(), DocumentsTable.META);
      characters += length(text) + length(meta);
      RatedDocument document = RaterFile.document(row.get(), text, meta);
      window.add(document);
      unrated.add(document);
    }
    return new Window(window, ratings, rater.begin(unrated, meter));
  }

  /** A column's value; null where the rater did not ask for it, or the row has none. */
  private static String value(Group row, String column) {
    // A corpus of tokens only may come without the column of text.
    return row.getType().containsField(column) && row.getFieldRepetitionCount(column) > 0
        ? row.getString(column, 0)
        : null;
  }

  /** Waits for a window's ratings and writes them; what it counts is what is quarantined. */
  private static RatingWork write(
      Window window, RaterFile.Writer ratings, ChunkFile.Writer chunkScores) throws IOException {
    Iterator<Rating> rated = window.pending().ratings().iterator();
    RatingWork quarantined = RatingWork.NONE;
    for (int i = 0; i < window.documents().size(); i++) {
      RatedDocument document = window.documents().get(i);
      Rating rating = window.earlier().get(i).orElseGet(rated::next);
      ratings.write(document, rating);
      chunkScores.write(document, rating);
      if (rating.whyMissing().isPresent()) {
        quarantined = quarantined.plus(RatingWork.quarantine());
      }
    }
    return quarantined;
  }

  private static int length(String value) {
    return value == null ? 0 : value.length();
  }
}
