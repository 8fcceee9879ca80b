package io.gradus.jobs.ingest;

import io.gradus.common.table.ParquetRows;
import io.gradus.jobs.ingest.IngestConfig.Format;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** Every record of every input file as an {@link Outcome}, in any format, read in parallel. */
final class RawRecords {
  private final List<JavaRDD<Outcome>> parts = new ArrayList<>();
  private final JavaSparkContext spark;
  private boolean changesColumns;

  /**
   * Prepares to read files.
   *
   * @param files to read
   * @param all files of the input, some of them perhaps read earlier: Parquet files of one input
   *     are read with the columns of all of them
   */
  RawRecords(
      SparkSession session,
      IngestConfig config,
      List<InputFile> files,
      List<InputFile> all,
      DocumentRules rules,
      Broadcast<SerializableConfiguration> hadoop) {
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    List<InputFile> parquet =
        files.stream().filter(file -> file.format() == Format.PARQUET).toList();
    List<InputFile> streams =
        files.stream().filter(file -> file.format() != Format.PARQUET).toList();
    if (!streams.isEmpty()) {
      addStreams(streams, config, rules, hadoop);
    }
    if (!parquet.isEmpty()) {
      addParquet(session, parquet, all, config, rules, hadoop);
    }
    if (parts.isEmpty()) {
      parts.add(spark.parallelize(List.of(), 1));
    }
  }

  /** Whether records that were read earlier would be others with the columns of the new files. */
  boolean changesColumns() {
    return changesColumns;
  }

  /** Reads the files anew each time that the result is used. */
  JavaRDD<Outcome> outcomes() {
    @SuppressWarnings({
      "unchecked",
      "rawtypes"
    }) // Arrays of generic types cannot be made otherwise.
    JavaRDD<Outcome>[] array = parts.toArray(new JavaRDD[0]);
    return spark.union(array);
  }

  private void addStreams(
      List<InputFile> files,
      IngestConfig config,
      DocumentRules rules,
      Broadcast<SerializableConfiguration> hadoop) {
    List<List<Split>> tasks = Splits.plan(files, spark.defaultParallelism());
    List<IngestConfig.Input> inputs = config.inputs();
    parts.add(
        spark
            .parallelize(tasks, tasks.size())
            .mapPartitions(
                partition -> {
                  List<Split> splits = new ArrayList<>();
                  partition.forEachRemaining(splits::addAll);
                  SplitRecords records =
                      new SplitRecords(hadoop.value().value(), splits, inputs, rules);
                  TaskContext.get()
                      .addTaskCompletionListener(
                          (TaskCompletionListener) context -> records.close());
                  return records;
                }));
  }

  /** Files without a readable footer are bad records; Spark would stop at them. */
  private void addParquet(
      SparkSession session,
      List<InputFile> files,
      List<InputFile> all,
      IngestConfig config,
      DocumentRules rules,
      Broadcast<SerializableConfiguration> hadoop) {
    Set<InputFile> read = Set.copyOf(files);
    Set<Integer> inputs =
        files.stream().map(InputFile::input).collect(Collectors.toCollection(TreeSet::new));
    List<InputFile> together =
        all.stream()
            .filter(file -> file.format() == Format.PARQUET && inputs.contains(file.input()))
            .toList();
    List<Unreadable> unreadable =
        spark
            .parallelize(together, Math.min(together.size(), 4 * spark.defaultParallelism()))
            .flatMap(file -> checkFooter(hadoop.value().value(), file).iterator())
            // Bounded: unreadable files, of the list that the driver holds already.
            .collect();
    List<Outcome> bad = new ArrayList<>();
    Set<InputFile> skipped =
        unreadable.stream().map(Unreadable::file).collect(Collectors.toUnmodifiableSet());
    for (Unreadable one : unreadable) {
      if (!read.contains(one.file())) {
        continue;
      }
      IngestConfig.Input input = config.inputs().get(one.file().input());
      bad.add(
          new BadRecord(
              input.hasSourceField() ? BadRecord.UNKNOWN_SOURCE : input.source(),
              Reason.UNREADABLE,
              Place.atByte(one.file().path(), 0),
              "the whole file is unreadable: " + one.problem(),
              ""));
    }
    if (!bad.isEmpty()) {
      parts.add(spark.parallelize(bad, 1));
    }
    for (int index : inputs) {
      List<InputFile> readable =
          together.stream()
              .filter(file -> file.input() == index && !skipped.contains(file))
              .toList();
      List<InputFile> now = readable.stream().filter(read::contains).toList();
      List<InputFile> before = readable.stream().filter(file -> !read.contains(file)).toList();
      if (!now.isEmpty()) {
        ParquetInput input =
            new ParquetInput(session, config.inputs().get(index), index, readable, now);
        changesColumns |= !before.isEmpty() && !input.hasColumnsOf(before);
        parts.add(input.records(rules));
      }
    }
  }

  private record Unreadable(InputFile file, String problem) implements Serializable {}

  private static List<Unreadable> checkFooter(Configuration hadoop, InputFile file) {
    // First the storage itself: its failures fail the task and are no fault of the file.
    try (StorageStream storage = StorageStream.open(hadoop, file.path(), 0)) {
      storage.read();
    }
    try (ParquetFileReader reader = ParquetRows.open(hadoop, new Path(file.path()))) {
      reader.getFooter();
      return List.of();
    } catch (Exception e) {
      return List.of(new Unreadable(file, String.valueOf(e.getMessage())));
    }
  }
}
