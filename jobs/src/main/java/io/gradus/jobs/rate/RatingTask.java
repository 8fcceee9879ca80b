package io.gradus.jobs.rate;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** Rates one bucket with one rater: reads the bucket's file, writes the rater's file of it. */
record RatingTask(Broadcast<SerializableConfiguration> hadoop, LongAccumulator tokensDone)
    implements VoidFunction<RatingTask.Unit> {
  /** Documents are rated together up to so many, or so much text: a pure function of the bucket. */
  private static final int WINDOW_DOCUMENTS = 512;

  private static final int WINDOW_CHARACTERS = 1 << 21;

  /**
   * A piece of work.
   *
   * @param documents the bucket's file
   * @param target the file to write
   */
  record Unit(PlannedRater rater, String documents, String target) implements Serializable {}

  @Override
  public void call(Unit unit) throws IOException {
    Configuration configuration = hadoop.value().value();
    Rater rater = unit.rater().opening().open(configuration);
    Path target = new Path(unit.target());
    Path temporary = AtomicFile.temporary(target);
    FileSystem fileSystem = target.getFileSystem(configuration);
    try {
      try (ParquetRows.Reader documents =
              ParquetRows.read(
                  configuration, new Path(unit.documents()), columns(unit.rater().opening()));
          RaterFile.Writer ratings =
              new RaterFile.Writer(configuration, temporary, unit.rater().criteria())) {
        for (List<RatedDocument> window = window(documents);
            !window.isEmpty();
            window = window(documents)) {
          rate(rater, window, ratings);
        }
      }
      AtomicFile.commit(fileSystem, temporary, target);
    } finally {
      fileSystem.delete(temporary, false);
    }
  }

  private static String[] columns(PlannedRater.Opening opening) {
    List<String> columns =
        new ArrayList<>(
            List.of(DocumentsTable.DOC_ID, DocumentsTable.SOURCE, DocumentsTable.N_TOKENS));
    columns.addAll(opening.documentColumns());
    return columns.toArray(String[]::new);
  }

  private void rate(Rater rater, List<RatedDocument> window, RaterFile.Writer ratings)
      throws IOException {
    List<Rating> rated = rater.rate(window);
    for (int i = 0; i < window.size(); i++) {
      ratings.write(window.get(i), rated.get(i));
      tokensDone.add(window.get(i).tokens());
    }
  }

  private static List<RatedDocument> window(ParquetRows.Reader documents) throws IOException {
    List<RatedDocument> window = new ArrayList<>();
    long characters = 0;
    while (window.size() < WINDOW_DOCUMENTS && characters < WINDOW_CHARACTERS) {
      Optional<Group> row = documents.next();
      if (row.isEmpty()) {
        break;
      }
      String text = value(row.get(), DocumentsTable.TEXT);
      String meta = value(row.get(), DocumentsTable.META);
      characters += length(text) + length(meta);
      window.add(RaterFile.document(row.get(), text, meta));
    }
    return window;
  }

  /** A column's value; null where the rater did not ask for it, or the row has none. */
  private static String value(Group row, String column) {
    // A corpus of tokens only may come without the column of text.
    return row.getType().containsField(column) && row.getFieldRepetitionCount(column) > 0
        ? row.getString(column, 0)
        : null;
  }

  private static int length(String value) {
    return value == null ? 0 : value.length();
  }
}
