package io.gradus.jobs.pack;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.Packing;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SparkTables;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Says where each document goes: for the curriculum in its order, for the validation split in the
 * order of its hashes. What does not follow from the order alone is stored, for verify and for a
 * run that goes on.
 */
record Placements(
    JobContext context,
    PackConfig config,
    DocumentsTable documents,
    StageDirectory output,
    PackFolder folder) {
  private static final String PLACEMENT = "placement";

  /** The curriculum, and the validation split where the selection has one. */
  List<Split> splits(Finished<OrderTable> order, Optional<StageDirectory> selection)
      throws IOException {
    List<Split> splits = new ArrayList<>();
    splits.add(curriculum(order));
    Path validation =
        selection
            .map(directory -> directory.file(SelectionTable.VALIDATION))
            .filter(this::exists)
            .orElse(null);
    if (validation != null) {
      Split split = validation(validation);
      if (split.placed().documents() > 0) {
        splits.add(split);
      }
    }
    return splits;
  }

  private Split curriculum(Finished<OrderTable> order) throws IOException {
    Dataset<Row> rows = read(order.directory().table());
    checkTotals(rows, order.table());
    if (config.packing() == Packing.BEST_FIT) {
      return stored(0, "", rows, order.table().rows(), order.table().tokens());
    }
    PlacedStream placed =
        new PlacedStream(
            order.table().rows(),
            order.table().tokens(),
            concatenatedTokens(order.table().rows(), order.table().tokens()));
    return new Split(0, "", "", Placement.concatenated(rows, marks()), placed);
  }

  private Split validation(Path table) throws IOException {
    String placement = PackedSplit.VALIDATION + PLACEMENT;
    Optional<PlacedStream> finished = folder.finishedPlacement(placement);
    if (finished.isPresent()) {
      return new Split(
          1, PackedSplit.VALIDATION, placement, read(output.file(placement)), finished.get());
    }
    ValidationOrder order = ValidationOrder.of(read(table), documents.buckets());
    return stored(1, PackedSplit.VALIDATION, order.rows(), order.documents(), order.tokens());
  }

  /** A split whose placement is a table, which is written unless it is there. */
  private Split stored(int number, String splitFolder, Dataset<Row> order, long rows, long tokens)
      throws IOException {
    String placement = splitFolder + PLACEMENT;
    Path table = output.file(placement);
    Optional<PlacedStream> finished = folder.finishedPlacement(placement);
    PlacedStream placed = finished.isPresent() ? finished.get() : write(order, rows, tokens, table);
    if (finished.isEmpty()) {
      folder.finishPlacement(placement, placed);
    }
    return new Split(number, splitFolder, placement, read(table), placed);
  }

  private PlacedStream write(Dataset<Row> order, long rows, long tokens, Path table) {
    long streamTokens = concatenatedTokens(rows, tokens);
    if (config.packing() == Packing.CONCATENATE) {
      SparkTables.write(Placement.concatenated(order, marks()), table);
      return new PlacedStream(rows, tokens, streamTokens);
    }
    int sequenceLength = Math.toIntExact(config.sequenceLength());
    BestFitWindows.Placed placed =
        new BestFitWindows(streamTokens, config.windowTokens(), sequenceLength, marks())
            .place(order);
    SparkTables.write(placed.rows(), table);
    return new PlacedStream(rows, tokens, placed.sequences() * sequenceLength);
  }

  private long concatenatedTokens(long rows, long tokens) {
    return tokens + rows * marks().tokens();
  }

  private DocumentMarks marks() {
    return config.marks(documents.endOfText());
  }

  private Dataset<Row> read(Path table) {
    return context.session().read().parquet(table.toString());
  }

  private boolean exists(Path path) {
    try {
      return output.fileSystem().exists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void checkTotals(Dataset<Row> rows, OrderTable order) {
    Row totals =
        rows.agg(
                count(lit(1)).as("rows"),
                coalesce(sum(DocumentsTable.N_TOKENS), lit(0L)).as("tokens"))
            .first();
    long foundRows = totals.getAs("rows");
    long foundTokens = totals.getAs("tokens");
    if (foundRows != order.rows() || foundTokens != order.tokens()) {
      throw new IllegalStateException(
          String.format(
              "The order holds %,d rows and %,d tokens; its manifest says %,d rows and %,d tokens",
              foundRows, foundTokens, order.rows(), order.tokens()));
    }
  }
}
