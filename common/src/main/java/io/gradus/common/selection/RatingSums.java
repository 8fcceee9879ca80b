package io.gradus.common.selection;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;

/** Sums what tasks find in the files of the ratings. */
public final class RatingSums {
  private static final int TREE_DEPTH = 2;
  private static final boolean LAST_SUM_ON_AN_EXECUTOR = true;

  private final RatingSlices slices;
  private final int slicesForEachCore;
  private int scans;

  /**
   * Sums over some files.
   *
   * @param slicesForEachCore the files are dealt to so many tasks for each core
   */
  public RatingSums(RatingSlices slices, int slicesForEachCore) {
    this.slices = slices;
    this.slicesForEachCore = slicesForEachCore;
  }

  /**
   * Reads all files once. How they are dealt to tasks must not matter to the sum. The driver
   * receives nothing but the sum: what all tasks find would not fit into its memory where there are
   * many groups and many tasks.
   *
   * @param find what a task finds in some files
   * @param plus the sum of two finds; it may change the first one
   */
  public <T> T of(Function<RatingSlice, T> find, Function2<T, T, T> plus) {
    // Null stands for nothing: a histogram of zeros would travel with every task.
    Function2<T, T, T> sum =
        (one, other) -> one == null ? other : other == null ? one : plus.call(one, other);
    return found(find).treeAggregate(null, sum, sum, TREE_DEPTH, LAST_SUM_ON_AN_EXECUTOR);
  }

  /**
   * Reads all files once, and gives what each task finds. The caller knows that all of it fits into
   * the driver's memory.
   */
  public <T> List<T> each(Function<RatingSlice, T> find) {
    // Bounded by the callers, who ask for candidates when a search has left few enough of them.
    return found(find).collect();
  }

  private <T> JavaRDD<T> found(Function<RatingSlice, T> find) {
    scans++;
    int count = Math.max(1, Math.min(slices.mostSlices(), slicesForEachCore * slices.cores()));
    return slices.map(count, (number, slice) -> find.call(slice));
  }

  /** How often the files were read. */
  public int scans() {
    return scans;
  }
}
