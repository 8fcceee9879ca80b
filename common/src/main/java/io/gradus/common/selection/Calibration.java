package io.gradus.common.selection;

import io.gradus.common.table.CalibrationTable;
import io.gradus.common.workspace.Finished;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** The distribution of ratings. */
public final class Calibration implements Serializable {
  private static final long serialVersionUID = 1;

  /** What is loaded. */
  public enum Detail {
    OVERALL,
    BY_SOURCE
  }

  /** One criterion's distribution. */
  public record Summary(
      long documents,
      long missing,
      long tokens,
      double mean,
      double standardDeviation,
      double minimum,
      double maximum)
      implements Serializable {
    public double percentile(double score) {
      return score;
    }
  }

  public static Calibration load(
      SparkSession session,
      Finished<CalibrationTable> calibration,
      List<String> criteria,
      Detail moments,
      Detail percentiles) {
    return null;
  }

  /** The names of all sources in ascending order. */
  public List<String> sources() {
    return List.of();
  }

  public Summary overall(int criterion) {
    return null;
  }

  public Summary ofSource(int criterion, int source) {
    return null;
  }
}
