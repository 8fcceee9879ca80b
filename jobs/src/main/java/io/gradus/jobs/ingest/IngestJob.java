package io.gradus.jobs.ingest;

import static org.apache.spark.sql.functions.col;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.TooManyBadRecords;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.TokenBytes;
import io.gradus.common.workspace.ModelFiles;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkThrowable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Raw files to the documents table. The input is read twice: first to count and judge it, so that
 * an input with too many bad records stops before anything costly is done, and then to write it, in
 * buckets whose number follows from what the first reading found. Where the workspace holds a table
 * of some of the same files, only the others are read, and merged with its rows: the table is, byte
 * for byte, that of all files.
 */
public final class IngestJob {
  /** Raised whenever the documents change for the same input and configuration. */
  public static final int FORMAT_VERSION = 1;

  /** Beside the table: the ids of documents that an earlier table did not have. */
  public static final String NEW_DOCUMENTS = "new-documents";

  private static final String LONG_TEXTS = "long-texts-";
  private static final int NAMED_FILES = 5;
  private static final int COPIES_PER_CORE = 4;

  /**
   * Digests of what the documents depend on beside the configuration, for the fingerprint.
   *
   * @return {@code inputs} (path, length and modification time of every file) and {@code tokenizer}
   * @throws UserMistake when a path matches nothing or the tokenizer cannot be used
   */
  public static Map<String, String> digests(Configuration hadoop, IngestConfig config) {
    return Map.of(
        "inputs", InputFiles.expand(hadoop, config).digest(),
        "tokenizer", Tokenizers.load(hadoop, config).digest());
  }

  /**
   * Puts a tokenizer that lies on this machine where a cluster's driver reads it.
   *
   * @param folder the stage's folder in the workspace
   * @return where it lies now, by its name in the configuration
   */
  public static Map<String, ModelFiles.Shipped> ship(
      Configuration hadoop, IngestConfig config, Path folder) {
    return Tokenizers.ship(hadoop, config, new Path(folder, "tokenizers"));
  }

  /**
   * What an ingest would read: a sentence where an earlier table helps, or where it does not and
   * one might think that it does.
   *
   * @param output where it would go
   */
  public static Optional<String> newFiles(
      Configuration hadoop, IngestConfig config, StageDirectory output) {
    InputFiles files = InputFiles.expand(hadoop, config);
    String tokenizer = Tokenizers.load(hadoop, config).digest();
    return EarlierDocuments.find(config, files, tokenizer, output).sentence(files);
  }

  /**
   * Writes the documents table, and beside it {@code bad-records.jsonl}, a sample of at most 100
   * bad records, when there are any.
   *
   * @throws UserMistake when a path matches nothing, the tokenizer cannot be used, a Parquet column
   *     is missing, no document is left, or the input changed meanwhile
   * @throws TooManyBadRecords when more records are bad, or more files unreadable, than the
   *     configuration allows; the sample is there then
   */
  public IngestResult run(JobContext context, IngestConfig config, StageDirectory output) {
    Configuration hadoop = context.hadoop();
    InputFiles files = InputFiles.expand(hadoop, config);
    TokenizerDefinition tokenizer = Tokenizers.load(hadoop, config);
    EarlierDocuments earlier = EarlierDocuments.find(config, files, tokenizer.digest(), output);
    output.clear();

    SparkSession session = context.session();
    Broadcast<SerializableConfiguration> configuration =
        SerializableConfiguration.broadcast(session.sparkContext(), hadoop);
    DocumentRules rules = new DocumentRules(config.maxRecordSize(), tokenizer.vocabularySize());
    RawRecords added = reading(session, config, earlier.added(), files, rules, configuration);
    if (added.changesColumns()) {
      earlier = EarlierDocuments.none(files, "new Parquet files bring other columns");
    }
    RawRecords raw =
        added.changesColumns()
            ? reading(session, config, files.files(), files, rules, configuration)
            : added;
    earlier.sentence(files).ifPresent(line -> context.console().line("ingest     " + line));

    ScanSummary found = reading(() -> scan(raw));
    long newRecords = found.records();
    long newValid = found.valid();
    ScanSummary scan = earlier.table().map(IngestJob::scanOf).orElseGet(ScanSummary::new);
    scan.merge(found);
    if (!scan.sample().isEmpty()) {
      output.writeText(BadRecordSample.FILE, scan.sample().toJsonLines());
    }
    judge(scan, config, files, output);

    int buckets = config.buckets() > 0 ? config.buckets() : BucketCount.of(scan.textBytes());
    EarlierBuckets before = bucketsOf(earlier, buckets);
    WrittenBuckets written =
        reading(() -> write(context, raw, configuration, tokenizer, before, newValid, output));
    SourceTotals totals = new SourceTotals();
    earlier
        .table()
        .ifPresent(
            table ->
                table
                    .result()
                    .sources()
                    .forEach((source, was) -> totals.add(source, was.ofWriting())));
    long earlierRows = totals.total().documents();
    if (written.earlierRows() != earlierRows) {
      throw incomplete(earlier, written.earlierRows());
    }
    SourceCounts counts = totals.merge(written.sources()).total();
    if (counts.documents() + counts.duplicates() != scan.valid()
        || !InputFiles.expand(hadoop, config).digest().equals(files.digest())) {
      throw changed(scan.valid(), counts.documents() + counts.duplicates());
    }
    DocumentsTable table =
        new DocumentsTable(
            buckets,
            counts.documents(),
            counts.tokens(),
            counts.bytes(),
            tokenizer.label(),
            tokenizer.digest(),
            tokenizer.vocabularySize(),
            tokenizer.endOfText(),
            TokenBytes.width(tokenizer.vocabularySize()));
    output.writeText(InputList.FILE, InputList.write(files.files(), earlier.added(), config));
    return new IngestResult(
        table,
        files.files().size(),
        files.bytes(),
        scan.records(),
        counts.duplicates(),
        scan.dropped(),
        scan.sources().merge(totals).bySource(),
        scan.textBytes(),
        new IngestResult.NewData(
            earlier.table().map(EarlierDocuments.Found::fingerprint).orElse(""),
            earlier.why(),
            earlier.added().size(),
            earlier.added().stream()
                .map(InputFile::path)
                .limit(IngestResult.NewData.NAMED)
                .toList(),
            earlier.added().stream().mapToLong(InputFile::length).sum(),
            newRecords,
            counts.documents() - earlierRows,
            written.replaced()));
  }

  private static RawRecords reading(
      SparkSession session,
      IngestConfig config,
      List<InputFile> read,
      InputFiles all,
      DocumentRules rules,
      Broadcast<SerializableConfiguration> hadoop) {
    return reading(() -> new RawRecords(session, config, read, all.files(), rules, hadoop));
  }

  private static ScanSummary scanOf(EarlierDocuments.Found earlier) {
    String sample = earlier.directory().text(BadRecordSample.FILE).orElse("");
    return ScanSummary.ofEarlier(earlier.result(), BadRecordSample.ofJsonLines(sample));
  }

  private static EarlierBuckets bucketsOf(EarlierDocuments earlier, int buckets) {
    try {
      return earlier.found() == null
          ? EarlierBuckets.none(buckets)
          : EarlierBuckets.of(earlier.found(), buckets);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static UserMistake incomplete(EarlierDocuments earlier, long rows) {
    EarlierDocuments.Found table = earlier.table().orElseThrow();
    return new UserMistake(
        String.format(
            Locale.ROOT,
            "ingest: the documents of %s, to which new ones were to be added, are no longer those"
                + " that were written (%,d rows of %,d). Remove its %s, and run again to read all"
                + " files.",
            table.directory().path(),
            rows,
            table.result().table().rows(),
            InputList.FILE));
  }

  private static ScanSummary scan(RawRecords raw) {
    return raw.outcomes()
        .mapPartitions(outcomes -> Collections.singleton(ScanSummary.of(outcomes)).iterator())
        .treeReduce(ScanSummary::merge);
  }

  private static void judge(
      ScanSummary scan, IngestConfig config, InputFiles files, StageDirectory output) {
    if (scan.records() == 0) {
      throw new UserMistake(
          "ingest.inputs: there is no record in the "
              + files.files().size()
              + " files that match. Give files with records.");
    }
    if (scan.unreadableFiles() > config.maxUnreadableFiles()) {
      throw tooManyUnreadableFiles(scan, config, output);
    }
    if (scan.bad() > config.maxBadRecords() * scan.records()) {
      throw tooManyBadRecords(scan, config, output);
    }
    if (scan.valid() == 0) {
      throw new UserMistake(
          "ingest.inputs: all "
              + scan.records()
              + " records are bad, so that no document is left; a sample is in "
              + output.file(BadRecordSample.FILE)
              + ". Mend the input.");
    }
  }

  private static TooManyBadRecords tooManyUnreadableFiles(
      ScanSummary scan, IngestConfig config, StageDirectory output) {
    StringBuilder message =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "ingest: %,d files cannot be read to their end, more than"
                    + " ingest.max-unreadable-files = %,d allows:",
                scan.unreadableFiles(),
                config.maxUnreadableFiles()));
    List<String> named = scan.sample().files(Reason.UNREADABLE, NAMED_FILES);
    named.forEach(file -> message.append(String.format(Locale.ROOT, "%n  %s", file)));
    if (scan.unreadableFiles() > named.size()) {
      message.append(
          String.format(Locale.ROOT, "%n  and %,d more", scan.unreadableFiles() - named.size()));
    }
    message
        .append(System.lineSeparator())
        .append("Where and why they stop is in ")
        .append(output.file(BadRecordSample.FILE))
        .append(". Fetch these files again, or raise ingest.max-unreadable-files to go on without")
        .append(" what they have lost.");
    return new TooManyBadRecords(message.toString());
  }

  private static TooManyBadRecords tooManyBadRecords(
      ScanSummary scan, IngestConfig config, StageDirectory output) {
    StringBuilder message =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "ingest: %,d of %,d records are bad (%.2f %%), more than ingest.max-bad-records ="
                    + " %s allows:",
                scan.bad(),
                scan.records(),
                100.0 * scan.bad() / scan.records(),
                config.maxBadRecords()));
    scan.dropped()
        .forEach(
            (reason, count) ->
                message.append(String.format(Locale.ROOT, "%n  %-20s %,d", reason, count)));
    message
        .append(System.lineSeparator())
        .append("A sample with places is in ")
        .append(output.file(BadRecordSample.FILE))
        .append(". Mend the input, or raise ingest.max-bad-records.");
    return new TooManyBadRecords(message.toString());
  }

  private static WrittenBuckets write(
      JobContext context,
      RawRecords raw,
      Broadcast<SerializableConfiguration> configuration,
      TokenizerDefinition tokenizer,
      EarlierBuckets earlier,
      long valid,
      StageDirectory output) {
    SparkSession session = context.session();
    SparkContext spark = session.sparkContext();
    int buckets = earlier.buckets();
    int tokenBytes = TokenBytes.width(tokenizer.vocabularySize());
    LongAccumulator recordsDone = spark.longAccumulator("ingest: records done");
    LongAccumulator tokensDone = spark.longAccumulator("ingest: tokens done");
    Broadcast<SharedTokenizer> shared =
        JavaSparkContext.fromSparkContext(spark).broadcast(new SharedTokenizer(tokenizer));
    // A run that has lost the workspace must not remove another one's.
    LongTextFiles longTexts =
        new LongTextFiles(
            output.file(LONG_TEXTS + spark.applicationId()).toString(), configuration);
    JavaRDD<Row> rows =
        raw.outcomes()
            .mapPartitions(
                outcomes ->
                    new DocumentIterator(outcomes, buckets, tokenBytes, longTexts, recordsDone));
    BucketWriter writer =
        new BucketWriter(
            output.table(),
            earlier.files().isEmpty() ? "" : output.file(NEW_DOCUMENTS).toString(),
            earlier,
            longTexts,
            tokenBytes,
            configuration,
            shared,
            recordsDone,
            tokensDone);
    // A record is done half when it is read and half when it is written.
    Console.Progress progress =
        context.console().progress("ingest", 2 * valid, recordsDone, tokensDone);
    longTexts.begin();
    try {
      WrittenBuckets written =
          session
              .createDataFrame(rows, DocumentRows.SHUFFLED)
              .repartitionById(buckets, col(DocumentRows.BUCKET))
              .sortWithinPartitions(DocumentRows.SURVIVOR_FIRST)
              .toJavaRDD()
              .mapPartitions(bucket -> Collections.singleton(writer.write(bucket)).iterator())
              // Not reduced: without new documents there may be no partition.
              .treeAggregate(new WrittenBuckets(), WrittenBuckets::merge, WrittenBuckets::merge);
      return written.merge(copy(spark, configuration, earlier, output));
    } finally {
      progress.close();
      shared.destroy();
      longTexts.end();
    }
  }

  /** Takes over the buckets that no new document falls into. */
  private static WrittenBuckets copy(
      SparkContext spark,
      Broadcast<SerializableConfiguration> configuration,
      EarlierBuckets earlier,
      StageDirectory output) {
    if (earlier.files().isEmpty()) {
      return new WrittenBuckets();
    }
    try {
      output.fileSystem().mkdirs(output.table());
      Set<Integer> done = DocumentsTable.bucketFiles(output.fileSystem(), output.table()).keySet();
      List<Integer> untouched =
          IntStream.range(0, earlier.buckets())
              .filter(bucket -> !done.contains(bucket) && !earlier.filesOf(bucket).isEmpty())
              .boxed()
              .toList();
      if (untouched.isEmpty()) {
        return new WrittenBuckets();
      }
      JavaSparkContext tasks = JavaSparkContext.fromSparkContext(spark);
      int slices = Math.min(untouched.size(), COPIES_PER_CORE * tasks.defaultParallelism());
      return tasks
          .parallelize(untouched, slices)
          .map(new BucketCopy(configuration, earlier, output.table().toString()))
          .treeReduce(WrittenBuckets::merge);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static UserMistake changed(long first, long second) {
    return new UserMistake(
        String.format(
            Locale.ROOT,
            "ingest.inputs: the files changed while they were read (%,d valid records at first,"
                + " then %,d). Run again when nothing writes to them.",
            first,
            second));
  }

  private static <T> T reading(Supplier<T> work) {
    try {
      return work.get();
    } catch (Exception e) {
      throw mistakeIn(e);
    }
  }

  /**
   * What a task says is the user's mistake is that here too; so is a file that Spark's own reader
   * could not go on with.
   */
  private static RuntimeException mistakeIn(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserMistake mistake) {
        return mistake;
      }
      if (cause instanceof SparkThrowable spark
          && String.valueOf(spark.getCondition()).startsWith("FAILED_READ_FILE")) {
        return new UserMistake(
            "ingest.inputs: " + cause.getMessage() + " Replace the file, or take it out.", failure);
      }
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException(failure);
  }
}
