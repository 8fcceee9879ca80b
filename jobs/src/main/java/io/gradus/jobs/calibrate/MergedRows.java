package io.gradus.jobs.calibrate;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.DocumentsTable;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of the table from {@link PartialRows} in the order of criterion, source and slice; in
 * memory is one of them at a time.
 */
final class MergedRows implements Iterator<Row> {
  /** Document quantiles at {@link #SHARES} of the rows of all sources together, else null. */
  static final String QUANTILES = "quantiles";

  static final List<Double> SHARES = List.of(0.05, 0.25, 0.5, 0.75, 0.95);

  static final StructType SCHEMA =
      new StructType()
          .add(CalibrationTable.CRITERION, StringType)
          .add(DocumentsTable.SOURCE, StringType)
          .add(CalibrationTable.DOCUMENTS, LongType)
          .add(CalibrationTable.MISSING, LongType)
          .add(CalibrationTable.TOKENS, LongType)
          .add(CalibrationTable.MEAN, DoubleType)
          .add(CalibrationTable.STANDARD_DEVIATION, DoubleType)
          .add(CalibrationTable.MINIMUM, DoubleType)
          .add(CalibrationTable.MAXIMUM, DoubleType)
          .add(CalibrationTable.LOWERS, createArrayType(DoubleType, false))
          .add(CalibrationTable.PERCENTILES, createArrayType(DoubleType, false))
          .add(CalibrationTable.RANK_ERROR, DoubleType)
          .add(QUANTILES, createArrayType(DoubleType, false));

  private static final int ALL = 0;

  private final Iterator<Row> partials;
  private final int overallPoints;
  private final int sourcePoints;
  private Row ahead;

  MergedRows(Iterator<Row> partials, int overallPoints, int sourcePoints) {
    this.partials = partials;
    this.overallPoints = overallPoints;
    this.sourcePoints = sourcePoints;
    this.ahead = partials.hasNext() ? partials.next() : null;
  }

  @Override
  public boolean hasNext() {
    return ahead != null;
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    String criterion = ahead.getAs("criterion");
    String source = ahead.getAs("source");
    ScoreMoments moments = new ScoreMoments();
    ScoreCells cells =
        source == null
            ? new ScoreCells(SliceSummary.OVERALL_BITS, SliceSummary.OVERALL_LIMIT)
            : new ScoreCells(SliceSummary.SOURCE_BITS, SliceSummary.OVERALL_LIMIT);
    while (ahead != null
        && criterion.equals(ahead.getAs("criterion"))
        && Objects.equals(source, ahead.getAs("source"))) {
      moments.merge(
          new ScoreMoments(
              ahead.getAs("documents"),
              ahead.getAs("missing"),
              ahead.getAs("mean"),
              ahead.getAs("squares")));
      cells.merge(ALL, ahead.getAs("cells"));
      ahead = partials.hasNext() ? partials.next() : null;
    }
    return row(criterion, source, moments, cells.sorted());
  }

  private Row row(String criterion, String source, ScoreMoments moments, ScoreCells.Sorted cells) {
    PercentilePoints points =
        PercentilePoints.of(cells, source == null ? overallPoints : sourcePoints);
    boolean scored = cells.size() > 0;
    return RowFactory.create(
        criterion,
        source,
        moments.documents(),
        moments.missing(),
        points.tokens(),
        moments.mean(),
        moments.standardDeviation(),
        scored ? cells.least(0) : 0.0,
        scored ? cells.greatest(cells.size() - 1) : 0.0,
        points.lowers(),
        points.percentiles(),
        points.rankError(),
        source == null && scored
            ? DocumentQuantiles.of(cells, SHARES.stream().mapToDouble(share -> share).toArray())
            : null);
  }
}
