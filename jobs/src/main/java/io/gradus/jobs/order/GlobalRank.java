package io.gradus.jobs.order;

import io.gradus.jobs.order.RangeBorders.Point;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * A total order over rows of any number, with exact running sums and without a global window: rows
 * are dealt into ranges of their keys, each range is sorted and summed by cell, and the prefix sums
 * (ranges times cells numbers) are made on the driver.
 *
 * <p>The borders of the ranges come from a sample that is chosen by hash, so they follow from the
 * rows alone: a task that is run again gets the same rows, and files are the same for any cluster.
 */
final class GlobalRank {
  private static final int SAMPLES_PER_RANGE = 100;

  private final JavaSparkContext spark;
  private final Chance chance;
  private final int ranges;
  private final long oneIn;

  /**
   * Ranks rows.
   *
   * @param rowCount how many rows there are
   * @param rowsPerRange about how many rows one range should have
   */
  GlobalRank(JavaSparkContext spark, Chance chance, long rowCount, long rowsPerRange) {
    this.spark = spark;
    this.chance = chance;
    this.ranges = (int) Math.max(1, (rowCount + rowsPerRange - 1) / rowsPerRange);
    this.oneIn = Math.max(1, rowCount / ((long) ranges * SAMPLES_PER_RANGE));
  }

  int ranges() {
    return ranges;
  }

  /** The sample that borders are made of has the rows whose chance this divides. */
  long oneIn() {
    return oneIn;
  }

  /**
   * Sorted rows, kept on disk until they are released.
   *
   * @param rows one element and partition for each range, in their order
   * @param sums of each range
   * @param before sums of all earlier ranges
   * @param sample rows of the sample, with the sums of their own range alone
   */
  record Sorted(
      JavaRDD<byte[]> rows, List<CellSums> sums, List<CellSums> before, List<Sampled> sample) {

    void release() {
      rows.unpersist(false);
    }
  }

  /**
   * The sample of one range.
   *
   * @param rows encoded
   * @param tokensBefore by row, the tokens of its cell before it, in its range
   * @param rowsBefore by row
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  record Sampled(byte[] rows, long[] tokensBefore, long[] rowsBefore) implements Serializable {}

  private record RangeSummary(CellSums sums, Sampled sample) implements Serializable {}

  /**
   * Sorts rows by key, chance, doc_id and repeat.
   *
   * @param sample points of the rows whose chance {@link #oneIn} divides
   */
  Sorted sort(JavaRDD<Rows> rows, List<Point> sample) {
    RangeBorders borders = RangeBorders.of(sample, ranges);
    Broadcast<RangeBorders> shared = spark.broadcast(borders);
    GlobalRankTask task = new GlobalRankTask(shared, chance, oneIn, ranges > 1);
    JavaPairRDD<Integer, byte[]> dealt = rows.flatMapToPair(task::deal);
    JavaRDD<byte[]> sorted =
        dealt
            .partitionBy(new ByNumber(borders.ranges()))
            .values()
            .mapPartitions(task::sort)
            .persist(StorageLevel.DISK_ONLY());
    // Bounded: ranges times cells, and about SAMPLES_PER_RANGE rows of each range.
    List<RangeSummary> summaries = sorted.map(task::summary).collect();
    List<CellSums> sums = summaries.stream().map(RangeSummary::sums).toList();
    return new Sorted(
        sorted, sums, CellSums.before(sums), summaries.stream().map(RangeSummary::sample).toList());
  }

  private static final class ByNumber extends Partitioner {
    private static final long serialVersionUID = 1L;
    private final int partitions;

    ByNumber(int partitions) {
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object key) {
      return (Integer) key;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByNumber number && number.partitions == partitions;
    }

    @Override
    public int hashCode() {
      return partitions;
    }
  }

  /** What runs in tasks. */
  private record GlobalRankTask(
      Broadcast<RangeBorders> borders, Chance chance, long oneIn, boolean sampling)
      implements Serializable {

    /** Some rows as one array of bytes for each range that they lie in. */
    Iterator<Tuple2<Integer, byte[]>> deal(Rows rows) {
      int count = borders.value().ranges();
      int[] rangeOf = new int[rows.size];
      int[] ends = new int[count + 1];
      for (int row = 0; row < rows.size; row++) {
        rangeOf[row] = borders.value().rangeOf(rows.key[row], chance.of(rows, row));
        ends[rangeOf[row] + 1]++;
      }
      for (int range = 0; range < count; range++) {
        ends[range + 1] += ends[range];
      }
      int[] starts = ends.clone();
      int[] order = new int[rows.size];
      for (int row = 0; row < rows.size; row++) {
        order[starts[rangeOf[row]]++] = row;
      }
      return IntStream.range(0, count)
          .filter(range -> ends[range + 1] > ends[range])
          .mapToObj(range -> new Tuple2<>(range, rows.encode(order, ends[range], ends[range + 1])))
          .iterator();
    }

    Iterator<byte[]> sort(Iterator<byte[]> dealt) {
      List<byte[]> all = new ArrayList<>();
      dealt.forEachRemaining(all::add);
      Rows rows = Rows.decode(all);
      return List.of(rows.encode(RowSort.order(rows, chance), 0, rows.size)).iterator();
    }

    RangeSummary summary(byte[] encoded) {
      Rows rows = Rows.decode(new ArrayList<>(List.of(encoded)));
      CellSums.Running running = new CellSums.Running();
      long[] tokensBefore = new long[rows.size];
      long[] rowsBefore = new long[rows.size];
      running.add(rows, tokensBefore, rowsBefore);
      int[] sampled =
          sampling
              ? IntStream.range(0, rows.size)
                  .filter(row -> Math.floorMod(chance.of(rows, row), oneIn) == 0)
                  .toArray()
              : new int[0];
      return new RangeSummary(
          running.sums(),
          new Sampled(
              rows.encode(sampled, 0, sampled.length),
              Arrays.stream(sampled).mapToLong(row -> tokensBefore[row]).toArray(),
              Arrays.stream(sampled).mapToLong(row -> rowsBefore[row]).toArray()));
    }
  }
}
