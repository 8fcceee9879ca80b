package io.gradus.jobs.calibrate;

import static org.apache.spark.sql.types.DataTypes.BinaryType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The summaries of a slice as rows, made one at a time: of each criterion first all sources
 * together, whose name is null, and then every source.
 */
final class PartialRows implements Iterator<Row> {
  static final StructType SCHEMA =
      new StructType()
          .add("criterion", StringType)
          .add("source", StringType)
          .add("slice", IntegerType)
          .add("documents", LongType)
          .add("missing", LongType)
          .add("mean", DoubleType)
          .add("squares", DoubleType)
          .add("cells", BinaryType);

  private final int slice;
  private final List<String> criteria;
  private final List<String> sources;
  private final List<SliceSummary> summaries;
  private ScoreCells.Sorted cells;
  private int criterion;
  private int source = -1;

  PartialRows(
      int slice, List<String> criteria, List<String> sources, List<SliceSummary> summaries) {
    this.slice = slice;
    this.criteria = criteria;
    this.sources = sources;
    this.summaries = summaries;
  }

  @Override
  public boolean hasNext() {
    return criterion < criteria.size();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    SliceSummary summary = summaries.get(criterion);
    Row row;
    if (source < 0) {
      row = row(null, summary.overallMoments(), summary.overallCells());
      cells = summary.sourceCells();
    } else {
      row = row(sources.get(source), summary.moments(source), cells.toBytes(source));
    }
    source++;
    if (source == sources.size()) {
      source = -1;
      criterion++;
    }
    return row;
  }

  private Row row(String name, ScoreMoments moments, byte[] written) {
    return RowFactory.create(
        criteria.get(criterion),
        name,
        slice,
        moments.documents(),
        moments.missing(),
        moments.mean(),
        moments.squares(),
        written);
  }
}
