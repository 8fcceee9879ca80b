package io.gradus.common.selection;

import io.gradus.common.table.RatingBatches.RatingFile;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;

/**
 * Sums what tasks find in the files of the ratings. The driver receives nothing but the sum: what
 * all tasks find would not fit into its memory where there are many groups and many tasks.
 */
public final class RatingSums {
  private static final int TREE_DEPTH = 2;
  private static final boolean LAST_SUM_ON_AN_EXECUTOR = true;

  private final JavaSparkContext spark;
  private final List<RatingFile> files;
  private final int slicesForEachCore;
  private int scans;

  /**
   * Sums over some files.
   *
   * @param slicesForEachCore the files are dealt to so many tasks for each core
   */
  public RatingSums(JavaSparkContext spark, List<RatingFile> files, int slicesForEachCore) {
    this.spark = spark;
    this.files = List.copyOf(files);
    this.slicesForEachCore = slicesForEachCore;
  }

  /**
   * Reads all files once. How they are dealt to tasks must not matter to the sum.
   *
   * @param find what a task finds in some files
   * @param plus the sum of two finds; it may change the first one
   */
  public <T> T of(Function<List<RatingFile>, T> find, Function2<T, T, T> plus) {
    scans++;
    int count = Math.max(1, Math.min(files.size(), slicesForEachCore * spark.defaultParallelism()));
    // Null stands for nothing: a histogram of zeros would travel with every task.
    Function2<T, T, T> sum =
        (one, other) -> one == null ? other : other == null ? one : plus.call(one, other);
    return spark
        .parallelize(RatingScan.runs(files, count), count)
        .map(find)
        .treeAggregate(null, sum, sum, TREE_DEPTH, LAST_SUM_ON_AN_EXECUTOR);
  }

  /** How often the files were read. */
  public int scans() {
    return scans;
  }
}
