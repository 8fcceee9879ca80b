package io.gradus.jobs.order;

import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SparkTables;
import io.gradus.common.workspace.AtomicFile;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.order.GlobalRank.Sampled;
import io.gradus.jobs.order.GlobalRank.Sorted;
import io.gradus.jobs.order.RangeBorders.Point;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads the selection, writes the curriculum: ranks documents by score in their source or overall,
 * which gives each its quantile, ranks them again as the shape asks, and sorts by the shape's
 * places, with position and token offset. Each of these is one {@link GlobalRank}. Ties are broken
 * by a hash of the seed, then by doc_id.
 */
public final class OrderJob {
  private static final int PROFILE_BINS = 200;

  private final long rowsPerRange;

  /** A job for tables of any size. */
  public OrderJob() {
    this(500_000);
  }

  /** A job whose ranges have about {@code rowsPerRange} rows, which changes files but not rows. */
  OrderJob(long rowsPerRange) {
    this.rowsPerRange = rowsPerRange;
  }

  /** Runs the stage. */
  public OrderResult run(
      JobContext context,
      OrderConfig config,
      long seed,
      Finished<SelectionTable> selection,
      StageDirectory output) {
    output.clear();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.session().sparkContext());
    Broadcast<SerializableConfiguration> hadoop =
        spark.broadcast(new SerializableConfiguration(context.hadoop()));
    List<String> files = SparkTables.files(selection.directory());
    GlobalRank ranks =
        new GlobalRank(spark, Chance.of(seed), selection.table().rows(), rowsPerRange);
    Scan scan = scan(spark, hadoop, files, ranks, Chance.of(seed));
    config.shape().check(scan.sources(), scan.topics());
    Curriculum curriculum = new Curriculum(config, seed, scan.sources(), scan.topics());
    Sorted sorted = ranks.sort(rows(spark, hadoop, files, curriculum), scan.points());
    for (int step = 1; step < curriculum.steps(); step++) {
      curriculum = curriculum.after(CellSums.tokens(sorted.sums()));
      Sorted next =
          ranks.sort(next(spark, sorted, spark.broadcast(curriculum)), points(sorted, curriculum));
      sorted.release();
      sorted = next;
    }
    ProfileBuilder profile =
        write(spark, hadoop, sorted, selection.table().tokens(), scan.sources(), output);
    sorted.release();
    OrderTable table =
        new OrderTable(
            selection.table().rows(),
            selection.table().tokens(),
            config.shape().title(),
            Section.name(config.within()));
    Set<String> largest = ProfileBuilder.largest(selection.table().tokensBySource());
    output.writeText(CurriculumProfile.FILE, Json.write(profile.build(table, largest)));
    return new OrderResult(
        table, sorted.sums().size(), PhaseTokens.of(config.shape(), curriculum.run()));
  }

  /**
   * What a first look at the selection tells.
   *
   * @param points of the sample that borders are made of
   * @param sources sorted by name
   * @param topics one more than the last topic
   */
  private record Scan(List<Point> points, List<String> sources, int topics)
      implements Serializable {}

  private static Scan scan(
      JavaSparkContext spark,
      Broadcast<SerializableConfiguration> hadoop,
      List<String> files,
      GlobalRank ranks,
      Chance chance) {
    int ranges = ranks.ranges();
    long oneIn = ranks.oneIn();
    // Bounded: about a hundred rows for each range, and the names of the sources.
    List<Scan> scans =
        spark
            .parallelize(files, Math.max(1, files.size()))
            .map(file -> scan(hadoop.value().value(), file, ranges > 1 ? oneIn : 0, chance))
            .collect();
    List<Point> points = new ArrayList<>();
    TreeSet<String> sources = new TreeSet<>();
    int topics = 0;
    for (Scan scan : scans) {
      points.addAll(scan.points());
      sources.addAll(scan.sources());
      topics = Math.max(topics, scan.topics());
    }
    return new Scan(points, List.copyOf(sources), topics);
  }

  private static Scan scan(Configuration hadoop, String file, long oneIn, Chance chance)
      throws IOException {
    List<Point> points = new ArrayList<>();
    int topics = 0;
    try (SelectionRows reader = new SelectionRows(hadoop, file, List.of())) {
      for (Optional<Rows> read = reader.next(); read.isPresent(); read = reader.next()) {
        Rows rows = read.get();
        for (int row = 0; row < rows.size; row++) {
          topics = Math.max(topics, rows.topic[row] + 1);
          long tie = oneIn == 0 ? 0 : chance.of(rows, row);
          if (oneIn > 0 && Math.floorMod(tie, oneIn) == 0) {
            points.add(new Point(rows.score[row] + 0.0, tie));
          }
        }
      }
      return new Scan(points, List.copyOf(reader.sources()), topics);
    }
  }

  /** The selection's rows, ready for the first ranking. */
  private static JavaRDD<Rows> rows(
      JavaSparkContext spark,
      Broadcast<SerializableConfiguration> hadoop,
      List<String> files,
      Curriculum curriculum) {
    Broadcast<Curriculum> shared = spark.broadcast(curriculum);
    return spark
        .parallelize(files, Math.max(1, files.size()))
        .flatMap(file -> new FileRows(hadoop.value().value(), file, shared.value()));
  }

  /** Reads a file chunk by chunk. */
  private static final class FileRows implements Iterator<Rows> {
    private final SelectionRows reader;
    private final Curriculum curriculum;
    private Optional<Rows> next;

    FileRows(Configuration hadoop, String file, Curriculum curriculum) throws IOException {
      this.reader = new SelectionRows(hadoop, file, curriculum.run().sources());
      this.curriculum = curriculum;
      this.next = read();
    }

    private Optional<Rows> read() throws IOException {
      Optional<Rows> rows = reader.next();
      if (rows.isEmpty()) {
        reader.close();
      }
      rows.ifPresent(curriculum::begin);
      return rows;
    }

    @Override
    public boolean hasNext() {
      return next.isPresent();
    }

    @Override
    public Rows next() {
      try {
        Rows rows = next.orElseThrow();
        next = read();
        return rows;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Sorted rows, ready for the next ranking. */
  private static JavaRDD<Rows> next(
      JavaSparkContext spark, Sorted sorted, Broadcast<Curriculum> curriculum) {
    return sorted
        .rows()
        .zip(spark.parallelize(sorted.before(), sorted.before().size()))
        .map(
            range -> {
              Rows rows = decode(range._1());
              long[] tokensBefore = new long[rows.size];
              long[] rowsBefore = new long[rows.size];
              CellSums.Running.from(range._2()).add(rows, tokensBefore, rowsBefore);
              return curriculum.value().next(rows, tokensBefore, rowsBefore);
            });
  }

  /** Where the sample's rows lie in the next ranking. */
  private static List<Point> points(Sorted sorted, Curriculum curriculum) {
    List<Point> points = new ArrayList<>();
    for (int range = 0; range < sorted.sample().size(); range++) {
      Sampled sampled = sorted.sample().get(range);
      Rows rows = decode(sampled.rows());
      CellSums before = sorted.before().get(range);
      long[] tokensBefore = sampled.tokensBefore().clone();
      long[] rowsBefore = sampled.rowsBefore().clone();
      for (int row = 0; row < rows.size; row++) {
        tokensBefore[row] += before.tokensOf(rows.cell[row]);
        rowsBefore[row] += before.rowsOf(rows.cell[row]);
      }
      Rows next = curriculum.next(rows, tokensBefore, rowsBefore);
      for (int row = 0; row < next.size; row++) {
        points.add(new Point(next.key[row], curriculum.chance().of(next, row)));
      }
    }
    return points;
  }

  private static Rows decode(byte[] encoded) {
    return Rows.decode(new ArrayList<>(List.of(encoded)));
  }

  private static ProfileBuilder write(
      JavaSparkContext spark,
      Broadcast<SerializableConfiguration> hadoop,
      Sorted sorted,
      long tokens,
      List<String> sources,
      StageDirectory output) {
    output.fileSystem();
    String table = output.table().toString();
    ProfileBuilder whole = new ProfileBuilder(tokens, PROFILE_BINS);
    List<NumberedRange> ranges = new ArrayList<>();
    for (int range = 0; range < sorted.before().size(); range++) {
      CellSums before = sorted.before().get(range);
      ranges.add(new NumberedRange(range, before.tokensOf(0), before.rowsOf(0)));
    }
    sorted
        .rows()
        .zip(spark.parallelize(ranges, ranges.size()))
        .map(
            range ->
                write(
                    hadoop.value().value(), decode(range._1()), range._2(), tokens, sources, table))
        // Bounded: each file holds a stretch of the curriculum, so all together have few more
        // than PROFILE_BINS bins.
        .collect()
        .forEach(whole::merge);
    return whole;
  }

  private record NumberedRange(int number, long tokensBefore, long rowsBefore)
      implements Serializable {}

  private static ProfileBuilder write(
      Configuration hadoop,
      Rows rows,
      NumberedRange range,
      long tokens,
      List<String> sources,
      String table)
      throws IOException {
    Path file = new Path(table, String.format(Locale.ROOT, "part-%05d.parquet", range.number()));
    Path temporary = AtomicFile.temporary(file);
    FileSystem fileSystem = file.getFileSystem(hadoop);
    ProfileBuilder profile = new ProfileBuilder(tokens, PROFILE_BINS);
    try {
      try (ParquetWriter<OrderFile.Row> out = OrderFile.write(hadoop, temporary)) {
        Binary[] names = sources.stream().map(Binary::fromString).toArray(Binary[]::new);
        OrderFile.Row row = new OrderFile.Row();
        row.rows = rows;
        row.tokenOffset = range.tokensBefore();
        for (int i = 0; i < rows.size; i++) {
          row.number = i;
          row.source = names[rows.source[i]];
          row.position = range.rowsBefore() + i;
          out.write(row);
          profile.add(
              row.tokenOffset,
              rows.tokens[i],
              rows.score[i],
              rows.quantile[0][i],
              sources.get(rows.source[i]));
          row.tokenOffset += rows.tokens[i];
        }
      }
      AtomicFile.commit(fileSystem, temporary, file);
    } finally {
      fileSystem.delete(temporary, false);
    }
    return profile;
  }
}
