package io.gradus.jobs.sample;

import io.gradus.common.selection.CutoffSearch.Cutoffs;
import io.gradus.common.selection.KeyInterest;
import io.gradus.common.selection.RatingSlice;
import io.gradus.common.selection.SelectionKey;
import io.gradus.common.table.RatingBatch;
import io.gradus.common.workspace.AtomicFile;
import io.gradus.jobs.sample.SelectionFile.SelectedRow;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;

/**
 * Writes one file of the selection, and one of the validation split where there is one, from a run
 * of files of the ratings: their rows are in the order of doc_ids already, so the selected ones
 * need neither a shuffle nor a sort.
 *
 * @param topics how many topics there are; 0 when there are none
 * @param table the folder of the selection
 * @param validation the folder of the validation split; empty when there is none
 */
record SelectionTask(
    SampleScan scan,
    Broadcast<CopyRates> copyRates,
    Broadcast<Ends> ends,
    Broadcast<GroupNames> groupNames,
    int topics,
    String table,
    String validation)
    implements Function2<Integer, RatingSlice, SelectionTask.Written> {

  /**
   * Where each group's selection ends.
   *
   * @param epochs how often the whole group is taken, by group
   * @param cutoffs what is taken once more
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  record Ends(int[] epochs, Cutoffs cutoffs) implements Serializable {

    /** Whether some group is taken whole. */
    boolean takeWholeGroups() {
      return Arrays.stream(epochs).anyMatch(times -> times > 0);
    }

    /** The keys of documents that are in at all. */
    KeyInterest interest() {
      double[] least = new double[epochs.length];
      double[] greatest = new double[epochs.length];
      Arrays.fill(greatest, Double.POSITIVE_INFINITY);
      for (int group = 0; group < least.length; group++) {
        if (epochs[group] > 0) {
          least[group] = Double.NEGATIVE_INFINITY;
        } else if (cutoffs.images()[group] == Cutoffs.NOTHING) {
          least[group] = Double.POSITIVE_INFINITY;
        } else {
          least[group] = SelectionKey.ofImage(cutoffs.images()[group]);
        }
      }
      return new KeyInterest(least, greatest);
    }
  }

  /**
   * What was written, to be compared with what the cut-offs promise.
   *
   * @param tokensBySource by the number of the source
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  record Written(long rows, long[] tokensBySource) implements Serializable {

    Written plus(Written other) {
      long[] sum = tokensBySource.clone();
      Arrays.setAll(sum, source -> sum[source] + other.tokensBySource[source]);
      return new Written(rows + other.rows, sum);
    }
  }

  @Override
  public Written call(Integer number, RatingSlice slice) throws IOException {
    Configuration hadoop = scan.ratings().hadoop().value().value();
    String name = String.format(Locale.ROOT, "part-%05d.parquet", number);
    Path selected = new Path(table, name);
    Path heldOut = new Path(validation.isEmpty() ? table : validation, name);
    Path temporarySelected = AtomicFile.temporary(selected);
    Path temporaryHeldOut = AtomicFile.temporary(heldOut);
    FileSystem fileSystem = selected.getFileSystem(hadoop);
    try {
      Written written;
      if (validation.isEmpty()) {
        written = write(hadoop, slice, temporarySelected);
      } else {
        try (ParquetWriter<SelectedRow> heldOutRows =
            SelectionFile.validation(hadoop, temporaryHeldOut)) {
          written = write(hadoop, slice, temporarySelected, heldOutRows::write);
        }
        AtomicFile.commit(fileSystem, temporaryHeldOut, heldOut);
      }
      AtomicFile.commit(fileSystem, temporarySelected, selected);
      return written;
    } finally {
      fileSystem.delete(temporarySelected, false);
      fileSystem.delete(temporaryHeldOut, false);
    }
  }

  @FunctionalInterface
  private interface RowSink {
    void write(SelectedRow row) throws IOException;
  }

  private Written write(Configuration hadoop, RatingSlice slice, Path file) throws IOException {
    return write(hadoop, slice, file, heldOut -> {});
  }

  private Written write(Configuration hadoop, RatingSlice slice, Path file, RowSink heldOut)
      throws IOException {
    Binary[] sourceNames =
        scan.ratings().sources().stream().map(Binary::fromString).toArray(Binary[]::new);
    long[] tokens = new long[sourceNames.length];
    long[] rowCount = new long[1];
    GroupNames names = groupNames.value();
    KeyRule rule = scan.rule().value();
    Ends groupEnds = ends.value();
    boolean wholeGroups = groupEnds.takeWholeGroups();
    SelectedRow row = new SelectedRow();
    try (ParquetWriter<SelectedRow> out = SelectionFile.selection(hadoop, file, topics)) {
      scan.forEachKeyed(
          slice,
          copyRates.value(),
          groupEnds.interest(),
          (batch, rows) -> {
            for (int i = 0; i < batch.size; i++) {
              boolean isHeldOut = rows.reasons[i] == Unselectable.HELD_OUT;
              // Most keys are of no interest; then no array of the groups is touched.
              boolean mayBeIn =
                  rows.reasons[i] == null && (wholeGroups || !Double.isNaN(rows.keys[i]));
              int copies = mayBeIn ? copies(groupEnds, batch, rows, i) : 0;
              if (copies == 0 && !isHeldOut) {
                continue;
              }
              fill(row, batch, rows, i, sourceNames);
              if (isHeldOut) {
                heldOut.write(row);
                continue;
              }
              row.group = names.of(rows.groups[i]);
              for (int copy = 0; copy < copies; copy++) {
                row.repeat = copy;
                row.inclusion = inclusion(rule, groupEnds, rows, i, copy);
                out.write(row);
              }
              tokens[batch.sources[i]] += (long) copies * row.tokens;
              rowCount[0] += copies;
            }
          });
    }
    return new Written(rowCount[0], tokens);
  }

  private static void fill(
      SelectedRow row, RatingBatch batch, KeyRule.Rows rows, int i, Binary[] sourceNames) {
    row.docIdHigh = batch.docIdHigh[i];
    row.docIdLow = batch.docIdLow[i];
    row.source = sourceNames[batch.sources[i]];
    row.topic = batch.topics[i];
    row.tokens = batch.tokens[i];
    row.score = rows.scores[i];
    row.key = rows.keys[i];
  }

  /** How many copies of a document are in: those of whole groups, and those above the cut-off. */
  private static int copies(Ends ends, RatingBatch batch, KeyRule.Rows rows, int i) {
    int group = rows.groups[i];
    int copies = ends.epochs()[group] * rows.copies[i];
    if (Double.isNaN(rows.keys[i])) {
      return copies;
    }
    return copies
        + ends.cutoffs()
            .of(
                group,
                SelectionKey.image(rows.keys[i]),
                batch.docIdHigh[i],
                batch.docIdLow[i],
                rows.copies[i]);
  }

  private static double inclusion(KeyRule rule, Ends ends, KeyRule.Rows rows, int i, int copy) {
    int group = rows.groups[i];
    boolean whole = copy < ends.epochs()[group] * rows.copies[i];
    double cutoff = SelectionKey.ofImage(ends.cutoffs().images()[group]);
    return rule.inclusion(rows.scores[i], rows.rates[i], copy, cutoff, whole);
  }
}
