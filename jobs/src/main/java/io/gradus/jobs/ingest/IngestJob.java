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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
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
 * buckets whose number follows from what the first reading found.
 */
public final class IngestJob {
  private static final int NAMED_FILES = 5;

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
    output.clear();

    SparkSession session = context.session();
    Broadcast<SerializableConfiguration> configuration =
        SerializableConfiguration.broadcast(session.sparkContext(), hadoop);
    DocumentRules rules = new DocumentRules(config.maxRecordSize(), tokenizer.vocabularySize());
    RawRecords raw =
        reading(() -> new RawRecords(session, config, files.files(), rules, configuration));

    ScanSummary scan = reading(() -> scan(raw));
    if (!scan.sample().isEmpty()) {
      output.writeText(BadRecordSample.FILE, scan.sample().toJsonLines());
    }
    judge(scan, config, files, output);

    int buckets = config.buckets() > 0 ? config.buckets() : BucketCount.of(scan.textBytes());
    SourceTotals written =
        reading(() -> write(context, raw, configuration, tokenizer, buckets, scan.valid(), output));
    SourceCounts counts = written.total();
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
    return new IngestResult(
        table,
        files.files().size(),
        files.bytes(),
        scan.records(),
        counts.duplicates(),
        scan.dropped(),
        scan.sources().merge(written).bySource());
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

  private static SourceTotals write(
      JobContext context,
      RawRecords raw,
      Broadcast<SerializableConfiguration> configuration,
      TokenizerDefinition tokenizer,
      int buckets,
      long valid,
      StageDirectory output) {
    SparkSession session = context.session();
    SparkContext spark = session.sparkContext();
    int tokenBytes = TokenBytes.width(tokenizer.vocabularySize());
    LongAccumulator recordsDone = spark.longAccumulator("ingest: records done");
    LongAccumulator tokensDone = spark.longAccumulator("ingest: tokens done");
    Broadcast<SharedTokenizer> shared =
        JavaSparkContext.fromSparkContext(spark).broadcast(new SharedTokenizer(tokenizer));
    JavaRDD<Row> rows =
        raw.outcomes()
            .mapPartitions(
                outcomes -> new DocumentIterator(outcomes, buckets, tokenBytes, recordsDone));
    BucketWriter writer =
        new BucketWriter(
            output.table(), tokenBytes, configuration, shared, recordsDone, tokensDone);
    // A record is done half when it is read and half when it is written.
    Console.Progress progress =
        context.console().progress("ingest", 2 * valid, recordsDone, tokensDone);
    try {
      return session
          .createDataFrame(rows, DocumentRows.SHUFFLED)
          .repartitionById(buckets, col(DocumentRows.BUCKET))
          .sortWithinPartitions(DocumentRows.SURVIVOR_FIRST)
          .toJavaRDD()
          .mapPartitions(bucket -> Collections.singleton(writer.write(bucket)).iterator())
          .treeReduce(SourceTotals::merge);
    } finally {
      progress.close();
      shared.destroy();
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
