package io.gradus.jobs.rate;

import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Puts the raters' files of one bucket side by side: reads each rater's file, writes the ratings
 * table's file and the quarantine's, copies the chunks' scores, counts.
 *
 * @param output the stage's folder
 */
record MergeTask(
    Broadcast<SerializableConfiguration> hadoop, List<PlannedRater> raters, String output)
    implements Function<Integer, RatingCounts> {

  static final String TABLE = "table";
  static final String QUARANTINE = "quarantine";
  static final String CHUNKS = "chunks";

  @Override
  public RatingCounts call(Integer bucket) throws IOException {
    Configuration configuration = hadoop.value().value();
    String name = RatingsTable.fileName(bucket);
    Path table = new Path(new Path(output, TABLE), name);
    Path temporaryTable = AtomicFile.temporary(table);
    Path quarantine = new Path(new Path(output, QUARANTINE), name);
    Path temporaryQuarantine = AtomicFile.temporary(quarantine);
    FileSystem fileSystem = table.getFileSystem(configuration);
    try {
      RatingCounts counts;
      boolean allScored;
      try (QuarantineFile quarantined = new QuarantineFile(configuration, temporaryQuarantine)) {
        counts = write(configuration, temporaryTable, quarantined, name);
        allScored = quarantined.isEmpty();
      }
      if (!allScored) {
        AtomicFile.commit(fileSystem, temporaryQuarantine, quarantine);
      }
      for (PlannedRater rater : raters) {
        if (rater.keepsChunks()) {
          copyChunks(configuration, rater, bucket);
        }
      }
      AtomicFile.commit(fileSystem, temporaryTable, table);
      return counts;
    } finally {
      fileSystem.delete(temporaryTable, false);
      fileSystem.delete(temporaryQuarantine, false);
    }
  }

  private void copyChunks(Configuration configuration, PlannedRater rater, int bucket)
      throws IOException {
    Path source = new Path(rater.folder(), ChunkFile.fileName(bucket));
    Path target =
        new Path(new Path(new Path(output, CHUNKS), rater.label()), RatingsTable.fileName(bucket));
    FileSystem fileSystem = target.getFileSystem(configuration);
    try (FSDataInputStream in = fileSystem.open(source)) {
      AtomicFile.write(fileSystem, target, in::transferTo);
    }
  }

  private RatingCounts write(
      Configuration configuration, Path file, QuarantineFile quarantined, String name)
      throws IOException {
    List<String> columns = raters.stream().flatMap(rater -> rater.columns().stream()).toList();
    MessageType schema = RaterFile.ratingsSchema(columns);
    SimpleGroupFactory rows = new SimpleGroupFactory(schema);
    RatingCounts counts = RatingCounts.none(raters.size());
    List<RaterFile.Reader> readers = new ArrayList<>();
    try (ParquetWriter<Group> ratings = ParquetRows.write(configuration, file, schema)) {
      for (PlannedRater rater : raters) {
        readers.add(
            new RaterFile.Reader(configuration, new Path(rater.folder(), name), rater.criteria()));
      }
      for (List<RaterFile.Row> row = next(readers, name);
          !row.isEmpty();
          row = next(readers, name)) {
        Group group = rows.newGroup();
        RaterFile.fill(group, row.get(0).document(), chunks(row), columns, scores(row));
        ratings.write(group);
        quarantined.write(row, raters);
        counts = counts.plus(count(row));
      }
    } finally {
      for (RaterFile.Reader reader : readers) {
        reader.close();
      }
    }
    return counts;
  }

  /** The next document's row of each rater, or nothing at the end of all files. */
  private List<RaterFile.Row> next(List<RaterFile.Reader> readers, String name) throws IOException {
    List<RaterFile.Row> row = new ArrayList<>();
    for (RaterFile.Reader reader : readers) {
      Optional<RaterFile.Row> next = reader.next();
      next.ifPresent(row::add);
    }
    boolean together =
        row.isEmpty()
            || (row.size() == readers.size()
                && row.stream()
                    .allMatch(
                        other ->
                            Arrays.equals(
                                other.document().docId(), row.get(0).document().docId())));
    if (!together) {
      throw new IllegalStateException(
          "The raters' files " + name + " hold different documents: " + raters);
    }
    return row;
  }

  /** Raters cut texts differently; the finest cut is what n_chunks tells. */
  private static int chunks(List<RaterFile.Row> row) {
    return row.stream().mapToInt(rated -> rated.rating().chunks()).max().orElse(0);
  }

  private static double[] scores(List<RaterFile.Row> row) {
    return row.stream()
        .flatMapToDouble(rated -> DoubleStream.of(rated.rating().scores()))
        .toArray();
  }

  private static RatingCounts count(List<RaterFile.Row> row) {
    List<RatingCounts.QuarantinedDocument> failed = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      int rater = i;
      RatedDocument document = row.get(i).document();
      row.get(i)
          .rating()
          .whyMissing()
          .ifPresent(
              failure ->
                  failed.add(
                      new RatingCounts.QuarantinedDocument(
                          HexFormat.of().formatHex(document.docId()),
                          document.source(),
                          rater,
                          failure.reason(),
                          failure.detail())));
    }
    return new RatingCounts(
        1,
        row.get(0).document().tokens(),
        row.stream().map(rated -> RatingCounts.RaterCounts.of(rated.rating())).toList(),
        failed);
  }
}
