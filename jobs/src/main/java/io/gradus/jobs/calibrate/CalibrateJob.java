package io.gradus.jobs.calibrate;

import static org.apache.spark.sql.functions.col;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.CalibrationTable.Moments;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.RatingBatches;
import io.gradus.common.table.RatingBatches.RatingFile;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SourceIndex;
import io.gradus.common.table.SparkTables;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads the ratings, writes one row for each criterion and source and one for each criterion
 * overall.
 *
 * <p>Counts of tokens are whole numbers and come out the same in any order. Sums of doubles do not,
 * so their order is fixed: files in the order of buckets are dealt into at most {@value #SLICES}
 * slices, each slice is folded from its first row to its last, and the slices are merged in order.
 */
public final class CalibrateJob {
  private static final int SLICES = 256;
  private static final long ROWS_OF_SLICE = 1 << 20;

  /** Points of all sources together, so that the table fits into the memory of every task. */
  private static final int SOURCE_POINTS = 1 << 18;

  private static final int LEAST_SOURCE_POINTS = 64;

  private final long rowsOfSlice;

  /** Slices of about a million rows. */
  public CalibrateJob() {
    this(ROWS_OF_SLICE);
  }

  CalibrateJob(long rowsOfSlice) {
    this.rowsOfSlice = rowsOfSlice;
  }

  /** Runs the stage. */
  public CalibrateResult run(
      JobContext context,
      CalibrateConfig config,
      Finished<RatingsTable> ratings,
      StageDirectory output) {
    output.clear();
    List<String> criteria = ratings.table().criteria();
    Dataset<Row> partials = partials(context, ratings).persist(StorageLevel.DISK_ONLY());
    long sources = partials.select("source").na().drop().distinct().count();
    Dataset<Row> merged = merge(partials, config.percentilePoints(), sources).persist();
    SparkTables.write(
        merged
            .drop(MergedRows.QUANTILES)
            .repartition(1)
            .sortWithinPartitions(
                col(CalibrationTable.CRITERION), col(DocumentsTable.SOURCE).asc_nulls_first()),
        output.table());
    Map<String, Moments> overall = overall(merged, criteria);
    long rows = merged.count();
    merged.unpersist();
    partials.unpersist();
    return new CalibrateResult(new CalibrationTable(overall, sources), rows);
  }

  private Dataset<Row> partials(JobContext context, Finished<RatingsTable> ratings) {
    List<List<RatingFile>> slices =
        slices(SparkTables.files(ratings.directory()), ratings.table().rows());
    List<Integer> numbers = new ArrayList<>();
    for (int slice = 0; slice < slices.size(); slice++) {
      numbers.add(slice);
    }
    SerializableConfiguration hadoop = new SerializableConfiguration(context.hadoop());
    List<String> criteria = ratings.table().criteria();
    FlatMapFunction<Integer, Row> fold = slice -> fold(hadoop, slices.get(slice), slice, criteria);
    return context
        .session()
        .createDataset(numbers, Encoders.INT())
        .repartitionById(Math.max(1, numbers.size()), col("value"))
        .flatMap(fold, Encoders.row(PartialRows.SCHEMA));
  }

  /** Contiguous runs of files; how many is a function of the ratings alone. */
  private List<List<RatingFile>> slices(List<String> files, long rows) {
    int count = (int) Math.min(files.size(), Math.min(SLICES, 1 + rows / rowsOfSlice));
    List<List<RatingFile>> slices = new ArrayList<>();
    for (int slice = 0; slice < count; slice++) {
      int from = (int) ((long) slice * files.size() / count);
      int to = (int) ((slice + 1L) * files.size() / count);
      slices.add(files.subList(from, to).stream().map(file -> new RatingFile(file, "")).toList());
    }
    return slices;
  }

  private static Iterator<Row> fold(
      SerializableConfiguration hadoop, List<RatingFile> files, int slice, List<String> criteria)
      throws IOException {
    SourceIndex sources = new SourceIndex();
    List<String> columns = List.of(DocumentsTable.SOURCE, DocumentsTable.N_TOKENS);
    try (RatingBatches rows =
        new RatingBatches(hadoop.value(), files, columns, criteria, sources)) {
      List<SliceSummary> summaries = SliceSummary.fold(rows, sources, criteria.size());
      return new PartialRows(slice, criteria, sources.names(), summaries);
    }
  }

  private static Dataset<Row> merge(Dataset<Row> partials, int points, long sources) {
    long fairShare = SOURCE_POINTS / Math.max(1, sources);
    int sourcePoints = (int) Math.min(points, Math.max(LEAST_SOURCE_POINTS, fairShare));
    MapPartitionsFunction<Row, Row> merge = rows -> new MergedRows(rows, points, sourcePoints);
    return partials
        .repartition(col("criterion"), col("source"))
        .sortWithinPartitions("criterion", "source", "slice")
        .mapPartitions(merge, Encoders.row(MergedRows.SCHEMA));
  }

  private static Map<String, Moments> overall(Dataset<Row> merged, List<String> criteria) {
    Map<String, Moments> overall = new TreeMap<>();
    Moments none = new Moments(0, 0, 0, 0, 0, 0, Map.of());
    criteria.forEach(criterion -> overall.put(criterion, none));
    merged
        .where(col(DocumentsTable.SOURCE).isNull())
        .toLocalIterator()
        .forEachRemaining(row -> overall.put(row.getAs(CalibrationTable.CRITERION), moments(row)));
    return overall;
  }

  private static Moments moments(Row row) {
    Map<String, Double> quantiles = new TreeMap<>();
    long documents = row.getAs(CalibrationTable.DOCUMENTS);
    if (documents > 0) {
      List<Double> found = row.getList(row.fieldIndex(MergedRows.QUANTILES));
      for (int i = 0; i < found.size(); i++) {
        quantiles.put(Double.toString(MergedRows.SHARES.get(i)), found.get(i));
      }
    }
    return new Moments(
        documents,
        row.getAs(CalibrationTable.MISSING),
        row.getAs(CalibrationTable.MEAN),
        row.getAs(CalibrationTable.STANDARD_DEVIATION),
        row.getAs(CalibrationTable.MINIMUM),
        row.getAs(CalibrationTable.MAXIMUM),
        quantiles);
  }
}
