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
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.rdd.PartitionCoalescer;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import scala.Option;

/** The files of the ratings, dealt to tasks in runs of neighbours. */
public final class RatingSlices implements AutoCloseable {
  private final JavaSparkContext spark;
  private final List<RatingFile> files;
  private final RatingPlaces places;

  /** Null when places are read anew by every scan. */
  private final JavaRDD<PlacedBatch> placed;

  private RatingSlices(
      JavaSparkContext spark,
      List<RatingFile> files,
      RatingPlaces places,
      JavaRDD<PlacedBatch> placed) {
    this.spark = spark;
    this.files = List.copyOf(files);
    this.places = places;
    this.placed = placed;
  }

  /** Files of which each scan reads everything it needs. */
  public static RatingSlices of(JavaSparkContext spark, List<RatingFile> files) {
    return new RatingSlices(spark, files, null, null);
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
    JavaRDD<PlacedBatch> placed =
        spark
            .parallelize(files, Math.max(1, files.size()))
            .flatMap(file -> read(file, scan, places))
            .persist(StorageLevel.DISK_ONLY());
    return new RatingSlices(spark, files, places, placed);
  }

  private static Iterator<PlacedBatch> read(RatingFile file, RatingScan scan, RatingPlaces places)
      throws IOException {
    List<PlacedBatch> batches = new ArrayList<>();
    scan.forEachBatch(
        new RatingSlice.Files(List.of(file)), batch -> batches.add(places.of(file, batch)));
    return batches.iterator();
  }

  /** How many tasks there can be for each to have at least one file. */
  int mostSlices() {
    return files.size();
  }

  int cores() {
    return spark.defaultParallelism();
  }

  /**
   * What tasks make of slices.
   *
   * @param count so many tasks, of equally many files but for one
   * @param function takes the number of a slice and the slice
   */
  public <T> JavaRDD<T> map(int count, Function2<Integer, RatingSlice, T> function) {
    if (placed == null) {
      List<RatingSlice> slices = new ArrayList<>();
      for (int slice = 0; slice < count; slice++) {
        slices.add(
            new RatingSlice.Files(
                new ArrayList<>(
                    files.subList(
                        first(slice, count, files.size()),
                        first(slice + 1, count, files.size())))));
      }
      return spark
          .parallelize(slices, count)
          .mapPartitionsWithIndex(
              (number, slice) -> List.of(function.call(number, slice.next())).iterator(), false);
    }
    RatingPlaces of = places;
    return placed
        .rdd()
        .coalesce(count, false, Option.apply(new Neighbours()), null)
        .toJavaRDD()
        .mapPartitionsWithIndex(
            (number, batches) ->
                List.of(function.call(number, new RatingSlice.Placed(of, batches))).iterator(),
            false);
  }

  private static int first(int slice, int slices, int files) {
    return (int) ((long) slice * files / slices);
  }

  @Override
  public void close() {
    if (placed != null) {
      placed.unpersist(false);
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
  }
}
