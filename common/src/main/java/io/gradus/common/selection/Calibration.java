package io.gradus.common.selection;

import static org.apache.spark.sql.functions.col;

import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.workspace.Finished;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What the stage {@code calibrate} found, in memory: small enough to be sent to every task. */
public final class Calibration implements Serializable {
  private static final long serialVersionUID = 1;

  private final List<String> sources;
  private final Summary[] overall;

  /** By criterion and source, null where the source has no score; empty if not loaded. */
  private final Summary[][] bySource;

  /** How much to load. */
  public enum Detail {
    /** Of all sources together only. */
    OVERALL,
    /** Of each source too. */
    BY_SOURCE
  }

  private Calibration(List<String> sources, Summary[] overall, Summary[][] bySource) {
    this.sources = sources;
    this.overall = overall;
    this.bySource = bySource;
  }

  /**
   * A calibration of given numbers.
   *
   * @param sources ascending
   * @param overall by criterion
   * @param bySource by criterion and source
   */
  public static Calibration of(
      List<String> sources, List<Summary> overall, List<List<Summary>> bySource) {
    return new Calibration(
        List.copyOf(sources),
        overall.toArray(Summary[]::new),
        bySource.stream().map(list -> list.toArray(Summary[]::new)).toArray(Summary[][]::new));
  }

  /**
   * Reads the table.
   *
   * @param criteria the criteria to load; their places in this list are their numbers
   * @param moments whether {@link #ofSource} will be asked for
   * @param percentiles whose percentiles will be asked for; those of sources bring their moments
   */
  public static Calibration load(
      SparkSession session,
      Finished<CalibrationTable> calibration,
      List<String> criteria,
      Detail moments,
      Detail percentiles) {
    Dataset<Row> table = session.read().parquet(calibration.directory().table().toString());
    List<String> sources = sources(table);
    Map<String, Integer> numbers = numbers(sources);
    boolean loadSources = moments == Detail.BY_SOURCE || percentiles == Detail.BY_SOURCE;
    Summary[] overall = new Summary[criteria.size()];
    Arrays.fill(overall, Summary.NONE);
    Summary[][] bySource = new Summary[loadSources ? criteria.size() : 0][sources.size()];
    Dataset<Row> wanted = table.where(col(CalibrationTable.CRITERION).isInCollection(criteria));
    rows(wanted.where(col(DocumentsTable.SOURCE).isNull()), Detail.BY_SOURCE)
        .forEachRemaining(row -> overall[criterion(row, criteria)] = summary(row));
    if (loadSources) {
      rows(wanted.where(col(DocumentsTable.SOURCE).isNotNull()), percentiles)
          .forEachRemaining(
              row -> {
                Summary summary = summary(row);
                if (summary.documents() > 0) {
                  int source = numbers.get(row.<String>getAs(DocumentsTable.SOURCE));
                  bySource[criterion(row, criteria)][source] = summary;
                }
              });
    }
    return new Calibration(sources, overall, bySource);
  }

  private static List<String> sources(Dataset<Row> table) {
    List<String> sources = new ArrayList<>();
    table
        .select(DocumentsTable.SOURCE)
        .na()
        .drop()
        .distinct()
        .toLocalIterator()
        .forEachRemaining(row -> sources.add(row.getAs(DocumentsTable.SOURCE)));
    Collections.sort(sources);
    return List.copyOf(sources);
  }

  private static Map<String, Integer> numbers(List<String> sources) {
    Map<String, Integer> numbers = new TreeMap<>();
    sources.forEach(source -> numbers.put(source, numbers.size()));
    return numbers;
  }

  private static Iterator<Row> rows(Dataset<Row> table, Detail percentiles) {
    List<Column> columns = new ArrayList<>();
    for (String name :
        List.of(
            CalibrationTable.CRITERION,
            DocumentsTable.SOURCE,
            CalibrationTable.DOCUMENTS,
            CalibrationTable.MISSING,
            CalibrationTable.TOKENS,
            CalibrationTable.MEAN,
            CalibrationTable.STANDARD_DEVIATION,
            CalibrationTable.MINIMUM,
            CalibrationTable.MAXIMUM)) {
      columns.add(col(name));
    }
    if (percentiles == Detail.BY_SOURCE) {
      columns.add(col(CalibrationTable.LOWERS));
      columns.add(col(CalibrationTable.PERCENTILES));
    }
    return table.select(columns.toArray(Column[]::new)).toLocalIterator();
  }

  private static int criterion(Row row, List<String> criteria) {
    return criteria.indexOf(row.<String>getAs(CalibrationTable.CRITERION));
  }

  private static Summary summary(Row row) {
    boolean ranked = List.of(row.schema().fieldNames()).contains(CalibrationTable.LOWERS);
    return new Summary(
        row.getAs(CalibrationTable.DOCUMENTS),
        row.getAs(CalibrationTable.MISSING),
        row.getAs(CalibrationTable.TOKENS),
        row.getAs(CalibrationTable.MEAN),
        row.getAs(CalibrationTable.STANDARD_DEVIATION),
        row.getAs(CalibrationTable.MINIMUM),
        row.getAs(CalibrationTable.MAXIMUM),
        ranked
            ? PercentileTable.of(
                doubles(row, CalibrationTable.LOWERS), doubles(row, CalibrationTable.PERCENTILES))
            : null);
  }

  private static double[] doubles(Row row, String column) {
    return row.<Double>getList(row.fieldIndex(column)).stream()
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  /** The names of all sources, ascending; their places in this list are their numbers. */
  public List<String> sources() {
    return sources;
  }

  /** All sources together. */
  public Summary overall(int criterion) {
    return overall[criterion];
  }

  /** One source, or all together where the source has no score. */
  public Summary ofSource(int criterion, int source) {
    if (bySource.length == 0) {
      throw new IllegalStateException("Summaries of sources were not loaded");
    }
    Summary ofSource = bySource[criterion][source];
    return ofSource == null || ofSource.documents() == 0 ? overall[criterion] : ofSource;
  }
}
