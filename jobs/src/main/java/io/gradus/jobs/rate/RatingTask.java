package io.gradus.jobs.rate;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
  /** Documents are rated together up to so many: windows are a pure function of the bucket. */
  static final int WINDOW_DOCUMENTS = 512;

  /**
   * A piece of work.
   *
   * @param documents the bucket's file
   * @param target the file to write
   * @param chunks the file of the chunks' scores; written where the rater keeps them
   */
  record Unit(PlannedRater rater, String documents, String target, String chunks)
      implements Serializable {}

  /** Documents and their ratings to come. */
  private record Window(List<RatedDocument> documents, Rater.Pending pending) {}

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
              ChunkFile.writer(configuration, temporaryChunks, unit.rater())) {
        rate(unit.rater(), rater, documents, ratings, chunkScores);
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
      RaterFile.Writer ratings,
      ChunkFile.Writer chunkScores)
      throws IOException {
    RatingProgress.Place place = RatingProgress.Place.here(rater.device(), planned.folder());
    Rater.Meter meter = work -> progress.add(new RatingProgress.Done(place, work));
    Deque<Window> underway = new ArrayDeque<>();
    try {
      underway.add(begin(rater, documents, meter));
      while (!underway.element().documents().isEmpty()) {
        underway.add(begin(rater, documents, meter));
        meter.add(write(underway.element(), ratings, chunkScores));
        underway.remove();
      }
    } finally {
      underway.forEach(window -> window.pending().close());
    }
  }

  private Window begin(Rater rater, ParquetRows.Reader documents, Rater.Meter meter)
      throws IOException {
    List<RatedDocument> window = new ArrayList<>();
    long characters = 0;
    while (window.size() < WINDOW_DOCUMENTS && characters < windowCharacters) {
      Optional<Group> row = documents.next();
      if (row.isEmpty()) {
        break;
      }
      String text = value(row.get(), DocumentsTable.TEXT);
      String meta = value(row.get(), DocumentsTable.META);
      characters += length(text) + length(meta);
      window.add(RaterFile.document(row.get(), text, meta));
    }
    return new Window(window, rater.begin(window, meter));
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
    List<Rating> rated = window.pending().ratings();
    RatingWork quarantined = RatingWork.NONE;
    for (int i = 0; i < rated.size(); i++) {
      RatedDocument document = window.documents().get(i);
      ratings.write(document, rated.get(i));
      chunkScores.write(document, rated.get(i));
      if (rated.get(i).whyMissing().isPresent()) {
        quarantined = quarantined.plus(RatingWork.quarantine());
      }
    }
    return quarantined;
  }

  private static int length(String value) {
    return value == null ? 0 : value.length();
  }
}
