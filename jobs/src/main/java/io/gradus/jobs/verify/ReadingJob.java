package io.gradus.jobs.verify;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_from_entries;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_json;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.SparkTables;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.verify.FileCheckTask.Facts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Simulates which rank of a training run reads what at which step: first whether the files are
 * those that verify has found good, then how the trainer's loader goes through them. What is where
 * in the files is known from verify; who reads it when follows from the loader's arithmetic, a
 * range of steps at a time.
 */
public final class ReadingJob {
  /** Sequences whose reads are counted in one array. */
  private static final int BLOCK_SEQUENCES = 1 << 20;

  private static final int MOST_TASKS = 10_000;

  /** What is known of the files' bytes. */
  public enum Bytes {
    /** They are to be digested. */
    UNREAD,
    /** Verify has digested them in this same run. */
    JUST_VERIFIED
  }

  private record Inputs(Finished<OrderTable> order, Finished<PackedShards> packed) {}

  /**
   * Simulates one epoch, or the steps asked for; ask the result whether it passed.
   *
   * @param output verify's directory; results go to a folder of their own in it
   * @throws UserMistake when the trainer's format was not packed
   */
  public ReadingResult run(
      JobContext context,
      ReadingConfig config,
      Finished<OrderTable> order,
      Finished<PackedShards> packed,
      Bytes bytes,
      StageDirectory output) {
    PackedFormat format = format(config, packed.table());
    Inputs inputs = new Inputs(order, packed);
    Findings findings = new Findings(Findings.MOST);
    Map<String, String> settings = Loaders.settings(config, format.layout());
    long digested = 0;
    long steps = 0;
    long sequences = format.layout().sequences();
    Optional<List<Shard>> list = shards(packed, format, findings);
    if (list.isPresent()) {
      List<PackedFile> files = LoaderFiles.all(format, list.get());
      Map<String, Facts> facts = checkFiles(context, packed, files, bytes, findings);
      digested = bytes == Bytes.UNREAD ? files.stream().mapToLong(PackedFile::bytes).sum() : 0;
      Optional<LoaderFiles> found =
          findings.summary().wrong().isEmpty()
              ? LoaderFiles.of(config.trainer(), packed, format, list.get(), facts, findings)
              : Optional.empty();
      if (found.isPresent() && Loaders.shuffles(settings)) {
        findings.checked(Check.INVERSIONS, format.layout().sequences());
        findings.breach(
            Check.INVERSIONS,
            "curriculum",
            "",
            "the loader shuffles, and its order is not the curriculum's; it is not simulated");
      } else if (found.isPresent()) {
        SimulatedRun run =
            new SimulatedRun(
                Loaders.order(config, settings, found.get()),
                config.topology(),
                found.get().layout(),
                found.get().shards(),
                found.get().samples(),
                config.steps());
        steps = run.steps();
        sequences = run.sequences();
        simulate(context, run, config, inputs, found.get().sequenceLength(), output, findings);
      }
    }
    ReadingResult result =
        result(config, settings, format, steps, sequences, digested, findings.summary());
    output.writeText(config.folder() + "/" + ReadingResult.FILE, Json.write(result));
    return result;
  }

  private static PackedFormat format(ReadingConfig config, PackedShards packed) {
    List<ShardFormat> read = config.trainer().formats();
    return read.stream()
        .flatMap(
            wanted -> packed.train().formats().stream().filter(format -> format.format() == wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new UserMistake(
                    String.format(
                        "--as: %s reads the format %s, but there are only %s. Add %s to"
                            + " pack.formats.",
                        config.trainer().label(),
                        read.get(0).label(),
                        String.join(
                            ", ",
                            packed.train().formats().stream()
                                .map(format -> format.format().label())
                                .toList()),
                        read.get(0).label())));
  }

  private static Optional<List<Shard>> shards(
      Finished<PackedShards> packed, PackedFormat format, Findings findings) {
    Optional<String> text = packed.directory().text(format.shardList());
    if (text.isEmpty()) {
      findings.breach(Check.FILES, format.shardList(), "", "is missing");
      return Optional.empty();
    }
    String digest = Fingerprint.sha256(text.get().getBytes(StandardCharsets.UTF_8));
    if (!digest.equals(format.shardListSha256())) {
      findings.breach(
          Check.CHECKSUMS,
          format.shardList(),
          "",
          "its SHA-256 is " + digest + " instead of " + format.shardListSha256());
      return Optional.empty();
    }
    return Optional.of(format.shards(packed.directory()));
  }

  private static Map<String, Facts> checkFiles(
      JobContext context,
      Finished<PackedShards> packed,
      List<PackedFile> files,
      Bytes bytes,
      Findings findings) {
    Broadcast<List<PackedFile>> list =
        JavaSparkContext.fromSparkContext(context.session().sparkContext())
            .broadcast(new ArrayList<>(files));
    LongAccumulator done = context.session().sparkContext().longAccumulator();
    FileCheckTask task =
        new FileCheckTask(
            packed.directory().path().toString(),
            list,
            bytes,
            new SerializableConfiguration(context.hadoop()),
            done);
    long total = files.stream().mapToLong(PackedFile::bytes).sum();
    int tasks = Math.min(files.size(), MOST_TASKS);
    Console.Progress progress =
        context.console().progress("verify", total, done::value, () -> 0, List::of);
    Map<String, Facts> facts = new HashMap<>();
    try {
      for (String json :
          context
              .session()
              .range(0, files.size(), 1, tasks)
              .map(task, Encoders.STRING())
              // Bounded: a few facts of each file.
              .collectAsList()) {
        Facts found = Json.read(json, Facts.class);
        findings.add(found.findings());
        facts.put(files.get(found.index()).path(), found);
      }
    } finally {
      progress.close();
      list.destroy();
    }
    return facts;
  }

  private static void simulate(
      JobContext context,
      SimulatedRun run,
      ReadingConfig config,
      Inputs inputs,
      int sequenceLength,
      StageDirectory output,
      Findings findings) {
    Broadcast<SimulatedRun> simulated =
        JavaSparkContext.fromSparkContext(context.session().sparkContext()).broadcast(run);
    try {
      long ranges = StepRange.count(run);
      int tasks = (int) Math.max(1, Math.min(ranges, MOST_TASKS));
      Dataset<Long> indices = context.session().range(0, ranges, 1, tasks).as(Encoders.LONG());
      checkOrder(indices, simulated, findings);
      checkCoverage(context, indices, simulated, config, findings);
      Dataset<Row> sources = sourcesOfSequences(context, inputs, sequenceLength);
      writeSteps(indices, simulated, sources, new Path(output.path(), config.folder()));
    } finally {
      simulated.destroy();
    }
  }

  private static void checkOrder(
      Dataset<Long> indices, Broadcast<SimulatedRun> run, Findings findings) {
    // One number of each range: a million sequences or more.
    List<Row> furthest =
        indices
            .map(
                (MapFunction<Long, Row>)
                    index ->
                        RowFactory.create(
                            index, StepRange.of(run.value(), index).furthest(run.value())),
                Encoders.row(
                    new StructType()
                        .add("range", DataTypes.LongType, false)
                        .add("furthest", DataTypes.LongType, false)))
            .collectAsList();
    long[] before = new long[furthest.size() + 1];
    furthest.forEach(row -> before[(int) row.getLong(0) + 1] = row.getLong(1));
    before[0] = -1;
    for (int i = 1; i < before.length; i++) {
      before[i] = Math.max(before[i], before[i - 1]);
    }
    indices
        .map(
            (MapFunction<Long, String>)
                index ->
                    Json.write(
                        StepRange.of(run.value(), index)
                            .check(run.value(), before[index.intValue()])),
            Encoders.STRING())
        .collectAsList()
        .forEach(json -> findings.add(Json.read(json, Findings.Summary.class)));
  }

  private static void checkCoverage(
      JobContext context,
      Dataset<Long> indices,
      Broadcast<SimulatedRun> run,
      ReadingConfig config,
      Findings findings) {
    long sequences = run.value().sequences();
    long expected =
        config.steps() == 0
            ? sequences
            : Math.min(sequences, config.steps() * config.topology().stepSequences());
    int blocks = Math.toIntExact(Rounded.up(sequences, BLOCK_SEQUENCES));
    List<Row> empty =
        IntStream.range(0, blocks)
            .mapToObj(block -> RowFactory.create((long) block, 0L, 0L))
            .toList();
    Dataset<Row> stretches =
        indices
            .flatMap(
                (FlatMapFunction<Long, Row>)
                    index ->
                        StepRange.of(run.value(), index)
                            .stretches(run.value(), BLOCK_SEQUENCES)
                            .iterator(),
                Encoders.row(StepRange.STRETCHES))
            .filter(col(StepRange.BLOCK).lt(blocks))
            .union(context.session().createDataFrame(empty, StepRange.STRETCHES));
    stretches
        .repartition(Math.min(blocks, MOST_TASKS), col(StepRange.BLOCK))
        .sortWithinPartitions(StepRange.BLOCK)
        .mapPartitions(new BlockCoverage(BLOCK_SEQUENCES, expected, sequences), Encoders.STRING())
        .collectAsList()
        .forEach(json -> findings.add(Json.read(json, Findings.Summary.class)));
  }

  /** Writes a line of JSON for each step, a file for each range of steps. */
  private static void writeSteps(
      Dataset<Long> indices, Broadcast<SimulatedRun> run, Dataset<Row> sources, Path folder) {
    Dataset<Row> steps =
        indices.flatMap(
            (FlatMapFunction<Long, Row>)
                index -> StepRange.of(run.value(), index).steps(run.value()).iterator(),
            Encoders.row(StepRange.STEPS));
    Dataset<Row> reads =
        indices.flatMap(
            (FlatMapFunction<Long, Row>)
                index -> StepRange.of(run.value(), index).reads(run.value()).iterator(),
            Encoders.row(StepRange.READS));
    Dataset<Row> mixture =
        reads
            .join(sources, StepRange.SEQUENCE)
            .groupBy(StepRange.STEP, DocumentsTable.SOURCE)
            .agg(sum(SequenceSources.TOKENS).as(SequenceSources.TOKENS))
            .groupBy(StepRange.STEP)
            .agg(
                map_from_entries(
                        sort_array(
                            collect_list(
                                struct(col(DocumentsTable.SOURCE), col(SequenceSources.TOKENS)))))
                    .as("tokensBySource"));
    long perRange = Math.max(1, StepRange.of(run.value(), 0).end());
    int ranges = (int) Math.max(1, StepRange.count(run.value()));
    Dataset<Row> lines =
        steps
            .join(mixture, StepRange.STEP)
            .repartitionById(
                ranges,
                floor(col(StepRange.STEP).divide(lit(perRange))).cast(DataTypes.IntegerType))
            .sortWithinPartitions(StepRange.STEP)
            .select(
                concat(
                    lit("{\"step\":"),
                    col(StepRange.STEP),
                    lit(",\"tokensBySource\":"),
                    to_json(col("tokensBySource")),
                    lit(",\"ranks\":"),
                    col(StepRange.RANKS),
                    lit("}")));
    SparkTables.committed(lines.write()).text(new Path(folder, ReadingResult.STEPS).toString());
  }

  /** The tokens of each source in each sequence. */
  private static Dataset<Row> sourcesOfSequences(JobContext context, Inputs inputs, int length) {
    PackedShards packed = inputs.packed().table();
    String placement = packed.train().placement();
    Dataset<Row> pieces;
    if (placement == null || placement.isEmpty()) {
      pieces =
          context
              .session()
              .read()
              .parquet(inputs.order().directory().table().toString())
              .select(
                  col(DocumentsTable.SOURCE),
                  col(OrderTable.TOKEN_OFFSET)
                      .plus(col(OrderTable.POSITION).multiply(lit(packed.tokensBesideText())))
                      .as(PlacementTable.STREAM_START),
                  col(DocumentsTable.N_TOKENS)
                      .plus(lit(packed.tokensBesideText()))
                      .as(PlacementTable.PART_TOKENS));
    } else {
      pieces =
          context
              .session()
              .read()
              .parquet(inputs.packed().directory().file(placement).toString())
              .select(
                  DocumentsTable.SOURCE, PlacementTable.STREAM_START, PlacementTable.PART_TOKENS);
    }
    return pieces.flatMap(
        (FlatMapFunction<Row, Row>) row -> SequenceSources.of(row, length).iterator(),
        Encoders.row(SequenceSources.SCHEMA));
  }

  private static ReadingResult result(
      ReadingConfig config,
      Map<String, String> settings,
      PackedFormat format,
      long steps,
      long sequences,
      long bytes,
      Findings.Summary findings) {
    SequenceLayout layout = format.layout();
    return new ReadingResult(
        config.trainer(),
        config.topology(),
        settings,
        format.format().label(),
        Loaders.words(layout),
        steps,
        config.topology().stepSequences(),
        sequences,
        bytes,
        Check.OF_READING.stream()
            .map(
                check ->
                    new VerifyResult.Count(
                        check,
                        findings.checked().getOrDefault(check, 0L),
                        findings.wrong().getOrDefault(check, 0L)))
            .toList(),
        findings.wrong().values().stream().mapToLong(Long::longValue).sum(),
        findings.breaches(),
        Loaders.remedies(config, settings, layout, sequences, findings.wrong()));
  }
}
