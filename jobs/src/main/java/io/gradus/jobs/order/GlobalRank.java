package io.gradus.jobs.order;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.SelectionTable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A total order over a table of any size, with exact running sums and without a global window: rows
 * are dealt into ranges of the sort key, the tokens of each range and group are summed, their
 * prefix sums (ranges times groups numbers) are made on the driver, and each range is sorted and
 * summed by itself.
 *
 * <p>The borders of the ranges come from a sample that is chosen by hash, so they follow from the
 * rows alone: a task that is run again gets the same rows, and files are the same for any cluster.
 *
 * <p>Input columns: {@value #SORT_KEY} double (never NaN), {@value #TIE} long, {@value #RANK_GROUP}
 * string, and those of the selection that it passes on.
 */
final class GlobalRank {
  static final String SORT_KEY = "sort_key";
  static final String TIE = "tie";
  static final String RANK_GROUP = "rank_group";

  /** The tokens of earlier rows of the same group; an output column. */
  static final String TOKENS_BEFORE = "tokens_before";

  /** The number of earlier rows of the same group; an output column. */
  static final String ROWS_BEFORE = "rows_before";

  private static final String RANGE = "range";
  private static final int SAMPLES_PER_RANGE = 100;

  private GlobalRank() {}

  /**
   * The ranked rows.
   *
   * @param rows in range partitions, each sorted, with {@value #TOKENS_BEFORE} and {@value
   *     #ROWS_BEFORE}
   * @param ranges how many partitions
   * @param tokensByGroup the tokens of each group
   */
  record Ranked(Dataset<Row> rows, int ranges, Map<String, Long> tokensByGroup) {}

  /**
   * Ranks the rows.
   *
   * @param rowCount how many rows there are
   * @param rowsPerRange about how many rows one range should have
   */
  static Ranked rank(Dataset<Row> rows, long rowCount, long rowsPerRange) {
    int ranges = (int) Math.max(1, (rowCount + rowsPerRange - 1) / rowsPerRange);
    Broadcast<RangeBorders> borders =
        JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext())
            .broadcast(borders(rows, rowCount, ranges));
    Dataset<Row> inRanges =
        rows.withColumn(
            RANGE,
            udf(
                    (UDF2<Double, Long, Integer>) (key, tie) -> borders.value().rangeOf(key, tie),
                    DataTypes.IntegerType)
                .apply(col(SORT_KEY), col(TIE)));
    Prefixes prefixes = prefixes(inRanges, ranges);
    Broadcast<List<Map<String, Mass>>> starts =
        JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext())
            .broadcast(prefixes.starts());
    StructType schema =
        rows.schema().add(TOKENS_BEFORE, DataTypes.LongType).add(ROWS_BEFORE, DataTypes.LongType);
    MapPartitionsFunction<Row, Row> sums = partition -> new RunningSums(partition, starts.value());
    Dataset<Row> ranked =
        inRanges
            .repartitionById(ranges, col(RANGE))
            .sortWithinPartitions(
                col(SORT_KEY), col(TIE), col(DocumentsTable.DOC_ID), col(SelectionTable.REPEAT))
            .mapPartitions(sums, Encoders.row(schema));
    return new Ranked(ranked, ranges, prefixes.totals());
  }

  private static RangeBorders borders(Dataset<Row> rows, long rowCount, int ranges) {
    if (ranges == 1) {
      return new RangeBorders(new double[0], new long[0]);
    }
    long oneIn = Math.max(1, rowCount / ((long) ranges * SAMPLES_PER_RANGE));
    List<Row> sample =
        // Bounded: about SAMPLES_PER_RANGE rows for each range.
        rows.where(pmod(col(TIE), lit(oneIn)).equalTo(lit(0L)))
            .select(SORT_KEY, TIE)
            .orderBy(SORT_KEY, TIE)
            .collectAsList();
    int found = Math.min(ranges - 1, sample.size());
    double[] keys = new double[found];
    long[] ties = new long[found];
    for (int border = 0; border < found; border++) {
      Row row = sample.get((int) ((border + 1L) * sample.size() / (found + 1)));
      keys[border] = row.getAs(SORT_KEY);
      ties[border] = row.getAs(TIE);
    }
    return new RangeBorders(keys, ties);
  }

  /**
   * Tokens and rows.
   *
   * @param tokens their sum
   * @param rows how many
   */
  record Mass(long tokens, long rows) implements java.io.Serializable {
    static final Mass NONE = new Mass(0, 0);

    Mass plus(Mass other) {
      return new Mass(tokens + other.tokens, rows + other.rows);
    }
  }

  /**
   * What comes before each range.
   *
   * @param starts for each range, the mass of each group in all earlier ranges
   * @param totals the tokens of each group
   */
  private record Prefixes(List<Map<String, Mass>> starts, Map<String, Long> totals) {}

  private static Prefixes prefixes(Dataset<Row> inRanges, int ranges) {
    List<Map<String, Mass>> sums = new ArrayList<>();
    for (int range = 0; range < ranges; range++) {
      sums.add(new TreeMap<>());
    }
    // Bounded: ranges times groups, not documents.
    for (Row row :
        inRanges
            .groupBy(RANGE, RANK_GROUP)
            .agg(sum(DocumentsTable.N_TOKENS).as("tokens"), count(lit(1)).as("rows"))
            .collectAsList()) {
      sums.get(row.<Integer>getAs(RANGE))
          .put(row.getAs(RANK_GROUP), new Mass(row.getAs("tokens"), row.getAs("rows")));
    }
    List<Map<String, Mass>> starts = new ArrayList<>();
    Map<String, Mass> before = new TreeMap<>();
    for (Map<String, Mass> range : sums) {
      Map<String, Mass> start = new TreeMap<>();
      range.keySet().forEach(group -> start.put(group, before.getOrDefault(group, Mass.NONE)));
      starts.add(start);
      range.forEach((group, mass) -> before.merge(group, mass, Mass::plus));
    }
    Map<String, Long> totals = new TreeMap<>();
    before.forEach((group, mass) -> totals.put(group, mass.tokens()));
    return new Prefixes(starts, totals);
  }

  /** Adds the running sums to the sorted rows of one range. */
  private static final class RunningSums implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final List<Map<String, Mass>> starts;
    private final Map<String, Mass> running = new TreeMap<>();
    private boolean started;

    RunningSums(Iterator<Row> rows, List<Map<String, Mass>> starts) {
      this.rows = rows;
      this.starts = starts;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Row next() {
      Row row = rows.next();
      if (!started) {
        running.putAll(starts.get(row.<Integer>getAs(RANGE)));
        started = true;
      }
      String group = row.getAs(RANK_GROUP);
      Mass before = running.get(group);
      int tokens = row.getAs(DocumentsTable.N_TOKENS);
      running.put(group, before.plus(new Mass(tokens, 1)));
      // The input schema lacks RANGE, which is the last column of the row.
      Object[] values = new Object[row.length() + 1];
      for (int i = 0; i < row.length() - 1; i++) {
        values[i] = row.get(i);
      }
      values[row.length() - 1] = before.tokens();
      values[row.length()] = before.rows();
      return RowFactory.create(values);
    }
  }
}
