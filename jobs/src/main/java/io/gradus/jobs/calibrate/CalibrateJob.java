package io.gradus.jobs.calibrate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.CalibrationTable.Moments;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SparkTables;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.req.ReqSketch;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads the ratings, writes one row for each criterion and source and one for each criterion
 * overall.
 *
 * <p>Sums of doubles and sketches depend on the order of their input, so the order is fixed: files
 * in the order of buckets are dealt into at most {@value #SLICES} slices, each slice is folded from
 * its first row to its last, and the slices are merged in order.
 */
public final class CalibrateJob {
  private static final int SLICES = 256;

  /** Stands for all sources together; a source's name stands behind {@link #SOURCE_PREFIX}. */
  private static final String OVERALL = "";

  private static final String SOURCE_PREFIX = "=";

  private static final StructType PARTIAL =
      new StructType()
          .add("criterion", StringType)
          .add("source", StringType)
          .add("slice", IntegerType)
          .add("summary", BinaryType);

  private static final StructType TABLE =
      new StructType()
          .add(CalibrationTable.CRITERION, StringType)
          .add(DocumentsTable.SOURCE, StringType)
          .add(CalibrationTable.DOCUMENTS, LongType)
          .add(CalibrationTable.MISSING, LongType)
          .add(CalibrationTable.MEAN, DoubleType)
          .add(CalibrationTable.STANDARD_DEVIATION, DoubleType)
          .add(CalibrationTable.MINIMUM, DoubleType)
          .add(CalibrationTable.MAXIMUM, DoubleType)
          .add(CalibrationTable.SKETCH, BinaryType);

  /** Runs the stage. */
  public CalibrateResult run(
      JobContext context,
      CalibrateConfig config,
      Finished<RatingsTable> ratings,
      StageDirectory output) {
    output.clear();
    List<String> criteria = ratings.table().criteria();
    Dataset<Row> merged = merge(partials(context, config, ratings), config.sketchSize()).persist();
    SparkTables.write(
        merged
            .repartition(1)
            .sortWithinPartitions(
                col(CalibrationTable.CRITERION), col(DocumentsTable.SOURCE).asc_nulls_first()),
        output.table());
    Map<String, Moments> overall = overall(merged, criteria);
    long rows = merged.count();
    merged.unpersist();
    long sources = Math.max(0, rows / Math.max(1, criteria.size()) - 1);
    return new CalibrateResult(new CalibrationTable(overall, sources), rows);
  }

  private static Dataset<Row> partials(
      JobContext context, CalibrateConfig config, Finished<RatingsTable> ratings) {
    List<List<String>> slices = slices(SparkTables.files(ratings.directory()));
    List<Integer> numbers = new ArrayList<>();
    for (int slice = 0; slice < slices.size(); slice++) {
      numbers.add(slice);
    }
    SerializableConfiguration hadoop = new SerializableConfiguration(context.hadoop());
    List<String> criteria = ratings.table().criteria();
    int sketchSize = config.sketchSize();
    FlatMapFunction<Integer, Row> fold =
        slice -> fold(hadoop, slices.get(slice), slice, criteria, sketchSize);
    return context
        .session()
        .createDataset(numbers, Encoders.INT())
        .repartitionById(Math.max(1, numbers.size()), col("value"))
        .flatMap(fold, Encoders.row(PARTIAL));
  }

  /** Contiguous runs of files; how many is a function of the number of files alone. */
  static List<List<String>> slices(List<String> files) {
    int count = Math.min(SLICES, files.size());
    List<List<String>> slices = new ArrayList<>();
    for (int slice = 0; slice < count; slice++) {
      int from = (int) ((long) slice * files.size() / count);
      int to = (int) ((slice + 1L) * files.size() / count);
      slices.add(List.copyOf(files.subList(from, to)));
    }
    return slices;
  }

  private static Iterator<Row> fold(
      SerializableConfiguration hadoop,
      List<String> files,
      int slice,
      List<String> criteria,
      int sketchSize)
      throws IOException {
    Map<String, ScoreSummary[]> bySource = new TreeMap<>();
    ScoreSummary[] overall = summaries(criteria.size(), sketchSize);
    bySource.put(OVERALL, overall);
    List<String> columns = new ArrayList<>(criteria);
    columns.add(DocumentsTable.SOURCE);
    for (String file : files) {
      try (ParquetRows.Reader rows =
          ParquetRows.read(hadoop.value(), new Path(file), columns.toArray(String[]::new))) {
        for (Optional<Group> row = rows.next(); row.isPresent(); row = rows.next()) {
          String source = SOURCE_PREFIX + row.get().getString(DocumentsTable.SOURCE, 0);
          ScoreSummary[] ofSource =
              bySource.computeIfAbsent(source, name -> summaries(criteria.size(), sketchSize));
          for (int i = 0; i < criteria.size(); i++) {
            add(row.get(), criteria.get(i), overall[i]);
            add(row.get(), criteria.get(i), ofSource[i]);
          }
        }
      }
    }
    List<Row> partials = new ArrayList<>();
    bySource.forEach(
        (source, summaries) -> {
          for (int i = 0; i < summaries.length; i++) {
            partials.add(RowFactory.create(criteria.get(i), source, slice, summaries[i].toBytes()));
          }
        });
    return partials.iterator();
  }

  private static ScoreSummary[] summaries(int count, int sketchSize) {
    ScoreSummary[] summaries = new ScoreSummary[count];
    Arrays.setAll(summaries, i -> new ScoreSummary(sketchSize));
    return summaries;
  }

  private static void add(Group row, String criterion, ScoreSummary summary) {
    if (row.getFieldRepetitionCount(criterion) == 0) {
      summary.addMissing();
    } else {
      summary.add(row.getDouble(criterion, 0));
    }
  }

  private static Dataset<Row> merge(Dataset<Row> partials, int sketchSize) {
    MapPartitionsFunction<Row, Row> merge = rows -> merged(rows, sketchSize);
    return partials
        .repartition(col("criterion"), col("source"))
        .sortWithinPartitions("criterion", "source", "slice")
        .mapPartitions(merge, Encoders.row(TABLE));
  }

  private static Iterator<Row> merged(Iterator<Row> partials, int sketchSize) {
    Map<List<String>, ScoreSummary> summaries = new LinkedHashMap<>();
    while (partials.hasNext()) {
      Row partial = partials.next();
      summaries
          .computeIfAbsent(
              List.of(partial.getAs("criterion"), partial.getAs("source")),
              key -> new ScoreSummary(sketchSize))
          .merge(ScoreSummary.fromBytes(partial.getAs("summary")));
    }
    return summaries.entrySet().stream()
        .map(
            entry -> {
              String source = entry.getKey().get(1);
              ScoreSummary summary = entry.getValue();
              return RowFactory.create(
                  entry.getKey().get(0),
                  source.equals(OVERALL) ? null : source.substring(SOURCE_PREFIX.length()),
                  summary.documents(),
                  summary.missing(),
                  summary.mean(),
                  summary.standardDeviation(),
                  summary.minimum(),
                  summary.maximum(),
                  summary.sketch());
            })
        .iterator();
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
    long documents = row.getAs(CalibrationTable.DOCUMENTS);
    Map<String, Double> quantiles = new TreeMap<>();
    if (documents > 0) {
      ReqSketch sketch = ReqSketch.heapify(Memory.wrap(row.<byte[]>getAs(CalibrationTable.SKETCH)));
      for (double share : new double[] {0.05, 0.25, 0.5, 0.75, 0.95}) {
        quantiles.put(Double.toString(share), (double) sketch.getQuantile(share));
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
