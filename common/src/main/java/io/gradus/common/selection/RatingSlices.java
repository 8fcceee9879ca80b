package io.gradus.common.selection;

import io.gradus.common.selection.RatingPlaces.PlacedBatch;
import io.gradus.common.table.RatingBatches.RatingFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partition;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.rdd.PartitionCoalescer;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import scala.Option;

/** The files of the ratings, dealt to tasks in runs of neighbours. */
public final class RatingSlices implements AutoCloseable {
  private final int cores;

  /** One to a partition. */
  private final JavaRDD<RatingFile> files;

  /** Null where every scan reads everything. */
  private final Kept kept;

  /**
   * What the first scan leaves for others.
   *
   * @param batches of one file to a partition
   */
  private record Kept(RatingPlaces places, JavaRDD<PlacedBatch> batches) {}

  private RatingSlices(int cores, JavaRDD<RatingFile> files, Kept kept) {
    this.cores = cores;
    this.files = files;
    this.kept = kept;
  }

  /** Files of which each scan reads everything it needs. */
  public static RatingSlices of(JavaSparkContext spark, List<RatingFile> files) {
    return new RatingSlices(spark.defaultParallelism(), dealt(spark, files), null);
  }

  /**
   * Files whose sources and topics the first scan leaves for later ones: four bytes a row on the
   * executors' local disks, until this is closed. What is lost is read anew. Of more sources and
   * topics than a number can tell apart, each scan reads the names.
   *
   * @param scan reads sources, and topics where they are wanted
   * @param topics how many there are; 0 when they are not wanted
   */
  public static RatingSlices withPlaces(
      JavaSparkContext spark, List<RatingFile> files, RatingScan scan, int topics) {
    return RatingPlaces.of(scan.sources().size(), topics)
        .map(places -> withPlaces(spark, files, scan.ofPlaces(), places))
        .orElseGet(() -> of(spark, files));
  }

  private static RatingSlices withPlaces(
      JavaSparkContext spark, List<RatingFile> files, RatingScan scan, RatingPlaces places) {
    JavaRDD<RatingFile> dealt = dealt(spark, files);
    JavaRDD<PlacedBatch> batches =
        dealt.flatMap(file -> read(file, scan, places)).persist(StorageLevel.DISK_ONLY());
    return new RatingSlices(spark.defaultParallelism(), dealt, new Kept(places, batches));
  }

  private static JavaRDD<RatingFile> dealt(JavaSparkContext spark, List<RatingFile> files) {
    return spark.parallelize(files, Math.max(1, files.size()));
  }

  /** The places of a whole file, which has some million rows at most. */
  private static Iterator<PlacedBatch> read(RatingFile file, RatingScan scan, RatingPlaces places)
      throws IOException {
    List<PlacedBatch> batches = new ArrayList<>();
    scan.forEachBatch(
        List.of(file), Long.MAX_VALUE, batch -> batches.add(places.placed(file, batch)));
    return batches.iterator();
  }

  /** How many tasks there can be for each to have at least one file. */
  int mostSlices() {
    return files.getNumPartitions();
  }

  int cores() {
    return cores;
  }

  /**
   * What tasks make of slices.
   *
   * @param count so many tasks, of equally many files but for one
   * @param function takes the number of a slice and the slice
   */
  public <T> JavaRDD<T> map(int count, Function2<Integer, RatingSlice, T> function) {
    if (kept == null) {
      return map(files, count, slice -> new RatingSlice.Files(toList(slice)), function);
    }
    RatingPlaces places = kept.places();
    return map(kept.batches(), count, slice -> new RatingSlice.Placed(places, slice), function);
  }

  private static <E, T> JavaRDD<T> map(
      JavaRDD<E> byFile,
      int count,
      Function<Iterator<E>, RatingSlice> read,
      Function2<Integer, RatingSlice, T> function) {
    return byFile
        .rdd()
        .coalesce(count, false, Option.apply(new Neighbours()), null)
        .toJavaRDD()
        .mapPartitionsWithIndex(
            (number, slice) -> List.of(function.call(number, read.call(slice))).iterator(), false);
  }

  private static <E> List<E> toList(Iterator<E> iterator) {
    List<E> list = new ArrayList<>();
    iterator.forEachRemaining(list::add);
    return list;
  }

  @Override
  public void close() {
    if (kept != null) {
      kept.batches().unpersist(false);
    }
  }

  /** Puts together neighbours, where Spark's own would look at where blocks lie. */
  private static final class Neighbours implements PartitionCoalescer, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public PartitionGroup[] coalesce(int most, RDD<?> parent) {
      Partition[] files = parent.partitions();
      PartitionGroup[] groups = new PartitionGroup[most];
      for (int slice = 0; slice < most; slice++) {
        groups[slice] = new PartitionGroup(Option.empty());
        int end = first(slice + 1, most, files.length);
        for (int file = first(slice, most, files.length); file < end; file++) {
          groups[slice].partitions().addOne(files[file]);
        }
      }
      return groups;
    }

    private static int first(int slice, int slices, int files) {
      return (int) ((long) slice * files / slices);
    }
  }
}
