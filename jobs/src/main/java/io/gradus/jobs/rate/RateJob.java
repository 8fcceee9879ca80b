package io.gradus.jobs.rate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.TooManyBadRecords;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.ModelFiles;
import io.gradus.common.workspace.StageDirectory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Rates documents. Each rater's scores of each bucket are a file of their own, under {@code
 * <workspace>/rate/raters/<fingerprint of rater and documents>/}, written by one task and never
 * again: an interrupted run loses the buckets in flight, and another rater, or another choice of
 * raters, rates nothing twice. At the end the raters' files are put side by side as the ratings
 * table.
 */
public final class RateJob {
  private static final String QUARANTINE_SAMPLE = "quarantined-documents.jsonl";
  private static final int MERGES_PER_CORE = 4;

  /**
   * What identifies the raters beside the configuration; every file of every bundle is read and
   * checked.
   *
   * @return SHA-256 of each bundle's {@code rater.json} and of each fastText model, by its name in
   *     the configuration; and for each kind of rater the versions of the code and the library that
   *     give its scores
   * @throws UserMistake when a bundle is missing, damaged or wrong, or criteria collide
   */
  public static Map<String, String> digests(Configuration hadoop, RateConfig config) {
    Map<String, String> digests = new TreeMap<>();
    for (ResolvedRater rater : ResolvedRater.resolve(config, hadoop)) {
      rater.bundle().ifPresent(RaterBundle::verify);
      digests.put(rater.kind(), rater.software());
      if (rater.config() instanceof RaterConfig.Bundle named) {
        digests.put(named.bundle(), rater.digest());
      }
      if (rater.config() instanceof RaterConfig.FastText named) {
        digests.put(named.model(), rater.digest());
      }
    }
    return digests;
  }

  /**
   * Puts bundles and models that lie on this machine where a cluster's driver and executors read
   * them.
   *
   * @param folder the stage's folder in the workspace
   * @return where they lie now, by their names in the configuration
   * @throws UserMistake when a bundle is missing, damaged or wrong
   */
  public static Map<String, ModelFiles.Shipped> ship(
      Configuration hadoop, RateConfig config, Path folder) {
    Map<String, ModelFiles.Shipped> shipped = new TreeMap<>();
    for (RaterConfig rater : config.raters()) {
      if (rater instanceof RaterConfig.Bundle named
          && !named.bundle().equals(RaterConfig.Bundle.BUILTIN)
          && ModelFiles.isOnThisMachine(named.bundle(), hadoop)) {
        RaterBundle bundle = RaterBundle.find(named.bundle(), hadoop);
        Path place = bundle.publish(bundles(folder), hadoop);
        shipped.put(named.bundle(), new ModelFiles.Shipped(place.toString(), bundle.digest()));
      }
      if (rater instanceof RaterConfig.FastText named
          && ModelFiles.isOnThisMachine(named.model(), hadoop)) {
        FastTextFile file = FastTextFile.find(named.model(), hadoop);
        Path place = file.publish(models(folder), hadoop);
        shipped.put(named.model(), new ModelFiles.Shipped(place.toString(), file.digest()));
      }
    }
    return shipped;
  }

  private static Path bundles(Path folder) {
    return new Path(folder, "bundles");
  }

  private static Path models(Path folder) {
    return new Path(folder, "models");
  }

  /**
   * Rates what is not rated yet and writes the ratings table.
   *
   * @param documents the documents to rate
   * @param output where the table goes; what an interrupted run left there is replaced
   * @throws UserMistake when a bundle is missing, damaged or wrong, or a probe fails
   * @throws TooManyBadRecords when a rater leaves more documents without a score than allowed
   */
  public RateResult run(
      JobContext context,
      RateConfig config,
      Finished<DocumentsTable> documents,
      StageDirectory output) {
    try {
      return new Run(context, config, documents, output).run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes sure that the configured devices work, where a rater needs them; so quick that it is done
   * before earlier stages, too.
   *
   * @throws UserMistake with what is missing on which machine
   */
  public static void checkDevices(JobContext context, RateConfig config) {
    if (config.raters().stream().anyMatch(RaterConfig.Bundle.class::isInstance)) {
      DeviceCheck.run(
          JavaSparkContext.fromSparkContext(context.session().sparkContext()), config.device());
    }
  }

  /** A mistake that an executor found is the user's as much as one found here. */
  static RuntimeException mistakeIn(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserMistake mistake) {
        return mistake;
      }
    }
    return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
  }

  /** One run, with what its steps share. */
  private static final class Run {
    private final JobContext context;
    private final RateConfig config;
    private final Finished<DocumentsTable> documents;
    private final StageDirectory output;
    private final Configuration hadoop;
    private final JavaSparkContext spark;
    private final Path stage;
    private final Engine engine;

    Run(
        JobContext context,
        RateConfig config,
        Finished<DocumentsTable> documents,
        StageDirectory output) {
      this.context = context;
      this.config = config;
      this.documents = documents;
      this.output = output;
      this.hadoop = context.hadoop();
      this.spark = JavaSparkContext.fromSparkContext(context.session().sparkContext());
      this.stage = output.path().getParent();
      this.engine = Engine.of(config, spark);
    }

    RateResult run() throws IOException {
      List<ResolvedRater> raters = ResolvedRater.resolve(config, hadoop);
      List<PlannedRater> planned = raters.stream().map(this::plan).toList();
      checkDevices(context, config);
      Map<Integer, Path> buckets =
          DocumentsTable.bucketFiles(
              documents.directory().fileSystem(), documents.directory().table());
      List<RatingTask.Unit> units = new ArrayList<>();
      List<Integer> reused = new ArrayList<>();
      Set<String> folders = new HashSet<>();
      List<PlannedRater> working = new ArrayList<>();
      for (PlannedRater rater : planned) {
        if (!folders.add(rater.folder())) {
          // The same rater under another prefix rates once.
          reused.add(buckets.size());
          continue;
        }
        Set<String> finished = finishedFiles(new Path(rater.folder()));
        int before = units.size();
        List<EarlierTable> earlier = earlierTables(raters.get(reused.size()));
        buckets.forEach(
            (bucket, file) -> {
              String name = RatingsTable.fileName(bucket);
              if (!finished.contains(name)) {
                Path target = new Path(rater.folder(), name);
                Path chunks = new Path(rater.folder(), ChunkFile.fileName(bucket));
                units.add(
                    new RatingTask.Unit(
                        rater,
                        file.toString(),
                        target.toString(),
                        chunks.toString(),
                        earlier.stream()
                            .map(table -> table.filesOf(bucket, documents.table().buckets()))
                            .filter(files -> !files.isEmpty())
                            .toList()));
              }
            });
        reused.add(buckets.size() - (units.size() - before));
        if (units.size() > before) {
          working.add(rater);
          tell(raters.get(reused.size() - 1), earlier);
        }
      }

      Broadcast<SerializableConfiguration> shared =
          spark.broadcast(new SerializableConfiguration(hadoop));
      open(working, shared);
      RatingProgress progress = new RatingProgress();
      List<RateResult.DeviceResult> work = rate(units, working, buckets.size(), progress, shared);
      RatingCounts counts = merge(planned, buckets, shared);
      writeSample(counts.sample(), raters);
      checkQuarantine(raters, planned, counts);
      return result(raters, planned, counts, buckets.size(), reused, progress, work);
    }

    /** A rater's files of an earlier documents table, by bucket. */
    private record EarlierTable(Map<Integer, EarlierScores.Files> files, int buckets) {
      List<EarlierScores.Files> filesOf(int bucket, int others) {
        return DocumentsTable.overlapping(bucket, others, buckets).stream()
            .map(files::get)
            .filter(Objects::nonNull)
            .toList();
      }
    }

    /**
     * The rater's scores of other documents tables of the workspace, the newest first; but before
     * all the table that these documents continue, and no other where that one is rated whole: only
     * new documents lack scores then.
     */
    private List<EarlierTable> earlierTables(ResolvedRater rater) throws IOException {
      List<EarlierTable> tables = new ArrayList<>();
      if (!rater.takesOver(engine)) {
        return tables;
      }
      String continued =
          documents
              .directory()
              .manifest()
              .map(manifest -> manifest.result().at("/newData/earlier").asText())
              .orElse("");
      List<Manifest> others = new ArrayList<>(documents.directory().others());
      others.sort(Comparator.comparing(manifest -> !manifest.fingerprint().equals(continued)));
      for (Manifest manifest : others) {
        Path folder =
            new Path(new Path(stage, "raters"), rater.fingerprint(manifest.fingerprint(), engine));
        Set<String> finished = finishedFiles(folder);
        if (finished.isEmpty()) {
          continue;
        }
        int count = manifest.result().at("/table/buckets").asInt();
        Map<Integer, EarlierScores.Files> files = new TreeMap<>();
        for (int bucket = 0; bucket < count; bucket++) {
          if (finished.contains(RatingsTable.fileName(bucket))
              && (rater.chunkFolder().isEmpty() || finished.contains(ChunkFile.fileName(bucket)))) {
            files.put(
                bucket,
                new EarlierScores.Files(
                    new Path(folder, RatingsTable.fileName(bucket)).toString(),
                    new Path(folder, ChunkFile.fileName(bucket)).toString()));
          }
        }
        tables.add(new EarlierTable(files, count));
        if (manifest.fingerprint().equals(continued) && files.size() == bucketsOf(manifest)) {
          break;
        }
      }
      return tables;
    }

    /** How many buckets of an earlier table have documents; none where it was removed. */
    private int bucketsOf(Manifest manifest) throws IOException {
      StageDirectory earlier = documents.directory().other(manifest);
      return earlier.hasTable()
          ? DocumentsTable.bucketFiles(earlier.fileSystem(), earlier.table()).size()
          : 0;
    }

    /** Says which documents a rater sees, where there are earlier documents. */
    private void tell(ResolvedRater rater, List<EarlierTable> earlier) {
      if (!earlier.isEmpty()) {
        context
            .console()
            .line("rate       " + rater.name() + ": only documents without earlier scores");
      } else if (rater.bundle().isPresent()
          && !rater.takesOver(engine)
          && !documents.directory().others().isEmpty()) {
        context
            .console()
            .line(
                "rate       "
                    + rater.name()
                    + ": all documents, since in batches a score's last digit depends on its"
                    + " neighbours; rate.take-over = all takes earlier scores over all the same");
      }
    }

    private PlannedRater plan(ResolvedRater rater) {
      Path folder = new Path(new Path(stage, "raters"), fingerprint(rater));
      return new PlannedRater(
          rater.name(),
          rater.digest(),
          folder.toString(),
          rater.criteria(),
          rater.columns(),
          rater.chunkFolder(),
          opening(rater));
    }

    private PlannedRater.Opening opening(ResolvedRater rater) {
      if (rater.config() instanceof RaterConfig.Bundle named) {
        RaterBundle bundle = rater.bundle().orElseThrow();
        return new PlannedRater.OpenBundle(
            bundle.publish(bundles(stage), hadoop).toString(),
            bundle.digest(),
            engine.settings(),
            config.device(),
            spark.isLocal()
                ? ExecutionProviders.Engines.BUILT_WHEN_MISSING
                : ExecutionProviders.Engines.ONLY_READ,
            new OnnxRater.Options(named.maxChunks(), named.scores()));
      }
      if (rater.config() instanceof RaterConfig.Columns columns) {
        return new PlannedRater.OpenColumns(columns.columns());
      }
      if (rater.config() instanceof RaterConfig.FastText named) {
        FastTextFile file = rater.fastText().orElseThrow();
        return new PlannedRater.OpenFastText(
            file.publish(models(stage), hadoop).toString(),
            file.digest(),
            named.label(),
            named.criterion(),
            file.place());
      }
      return new PlannedRater.OpenStatistics(rater.criteria());
    }

    private String fingerprint(ResolvedRater rater) {
      return rater.fingerprint(documents.directory().path().getName(), engine);
    }

    /** The names of a rater's finished files; what killed tasks left half written is removed. */
    private Set<String> finishedFiles(Path folder) throws IOException {
      FileSystem fileSystem = folder.getFileSystem(hadoop);
      Set<String> names = new HashSet<>();
      FileStatus[] files;
      try {
        files = fileSystem.listStatus(folder);
      } catch (FileNotFoundException e) {
        return names;
      }
      for (FileStatus file : files) {
        String name = file.getPath().getName();
        if (name.startsWith(".")) {
          fileSystem.delete(file.getPath(), false);
        } else {
          names.add(name);
        }
      }
      return names;
    }

    /** Opens raters once, since one that cannot work is better known before the work. */
    private void open(List<PlannedRater> working, Broadcast<SerializableConfiguration> shared) {
      if (spark.isLocal()) {
        working.forEach(rater -> rater.opening().open(hadoop).close());
      } else if (!working.isEmpty()) {
        // The driver of a cluster need not have the memory for a model, nor a device.
        spark.setJobDescription("rate: opening raters");
        try {
          spark
              .parallelize(working, working.size())
              .foreach(rater -> rater.opening().open(shared.value().value()).close());
        } catch (RuntimeException e) {
          throw mistakeIn(e);
        } finally {
          spark.setJobDescription(null);
        }
      }
    }

    private List<RateResult.DeviceResult> rate(
        List<RatingTask.Unit> units,
        List<PlannedRater> working,
        int buckets,
        RatingProgress progress,
        Broadcast<SerializableConfiguration> shared) {
      if (units.isEmpty()) {
        return List.of();
      }
      spark.sc().register(progress, RatingProgress.NAME);
      String tag = "gradus-rate-" + output.path().getName();
      AtomicReference<TooManyBadRecords> tooMany = new AtomicReference<>();
      RatingWatch watch =
          new RatingWatch(
              progress,
              news -> {
                for (PlannedRater rater : working) {
                  long quarantined = news.quarantined(rater);
                  if (tooMany.get() == null && exceeds(quarantined)) {
                    tooMany.set(tooMany(rater.name(), rater, quarantined, "so far"));
                    spark.sc().cancelJobsWithTag(tag);
                  }
                }
              });
      spark.sc().addSparkListener(watch);
      // Documents fall into buckets by hash, so buckets have about equal shares of the tokens.
      long total = Math.round((double) documents.table().tokens() * units.size() / buckets);
      spark.setJobDescription("rate: " + units.size() + " buckets");
      spark.addJobTag(tag);
      WorkSummary summary = new WorkSummary(watch, context.clock());
      Console.Progress shown =
          context
              .console()
              .progress("rate", total, summary::tokens, summary::tokens, summary::lines);
      try {
        spark
            .parallelize(units, units.size())
            .foreach(new RatingTask(shared, progress, config.windowCharacters()));
      } catch (Exception e) {
        throw tooMany.get() == null ? mistakeIn(e) : tooMany.get();
      } finally {
        shown.close();
        spark.sc().removeSparkListener(watch);
        spark.removeJobTag(tag);
        spark.setJobDescription(null);
      }
      return summary.results(progress.value());
    }

    private boolean exceeds(long quarantined) {
      return quarantined > config.maxQuarantined() * documents.table().rows();
    }

    private TooManyBadRecords tooMany(
        String place, PlannedRater rater, long quarantined, String when) {
      return new TooManyBadRecords(
          String.format(
              Locale.ROOT,
              "rate: %s left %,d of %,d documents (%.1f %%) without a score %s, but"
                  + " rate.max-quarantined allows %.1f %%. Look at the columns %s and %s of %s, then"
                  + " mend the input, take another rater, or raise rate.max-quarantined.",
              place,
              quarantined,
              documents.table().rows(),
              100.0 * quarantined / documents.table().rows(),
              when,
              100.0 * config.maxQuarantined(),
              RaterFile.FAILURE,
              RaterFile.DETAIL,
              rater.folder()));
    }

    private RatingCounts merge(
        List<PlannedRater> raters,
        Map<Integer, Path> buckets,
        Broadcast<SerializableConfiguration> shared)
        throws IOException {
      for (String part : List.of(MergeTask.TABLE, MergeTask.QUARANTINE, MergeTask.CHUNKS)) {
        output.fileSystem().delete(output.file(part), true);
      }
      output.fileSystem().mkdirs(output.table());
      RatingCounts counts = RatingCounts.none(raters.size());
      if (!buckets.isEmpty()) {
        spark.setJobDescription("rate: ratings table");
        int slices = Math.min(buckets.size(), MERGES_PER_CORE * spark.defaultParallelism());
        counts =
            spark
                .parallelize(List.copyOf(buckets.keySet()), slices)
                .map(new MergeTask(shared, raters, output.path().toString()))
                .treeReduce(RatingCounts::plus);
        spark.setJobDescription(null);
      }
      if (counts.documents() != documents.table().rows()) {
        throw new IllegalStateException(
            counts.documents()
                + " documents were rated, but "
                + documents.directory().path()
                + " holds "
                + documents.table().rows());
      }
      return counts;
    }

    private void writeSample(
        List<RatingCounts.QuarantinedDocument> sample, List<ResolvedRater> raters) {
      if (sample.isEmpty()) {
        return;
      }
      JsonMapper mapper = new JsonMapper();
      StringBuilder lines = new StringBuilder();
      for (RatingCounts.QuarantinedDocument document : sample) {
        Map<String, String> line = new LinkedHashMap<>();
        line.put("doc_id", document.docId());
        line.put("source", document.source());
        line.put("rater", raters.get(document.rater()).name());
        line.put("reason", document.reason());
        line.put("detail", document.detail());
        try {
          lines.append(mapper.writeValueAsString(line)).append('\n');
        } catch (JsonProcessingException e) {
          throw new UncheckedIOException(e);
        }
      }
      output.writeText(QUARANTINE_SAMPLE, lines.toString());
    }

    private void checkQuarantine(
        List<ResolvedRater> raters, List<PlannedRater> planned, RatingCounts counts) {
      for (int i = 0; i < raters.size(); i++) {
        RatingCounts.RaterCounts rater = counts.raters().get(i);
        if (exceeds(rater.quarantinedDocuments())) {
          throw tooMany(
              raters.get(i).place(),
              planned.get(i),
              rater.quarantinedDocuments(),
              rater.quarantined() + " (the first in " + output.file(QUARANTINE_SAMPLE) + ")");
        }
      }
    }

    private RateResult result(
        List<ResolvedRater> raters,
        List<PlannedRater> planned,
        RatingCounts counts,
        int buckets,
        List<Integer> reused,
        RatingProgress progress,
        List<RateResult.DeviceResult> work) {
      List<RateResult.RaterResult> results = new ArrayList<>();
      Map<String, Long> quarantined = new TreeMap<>();
      for (int i = 0; i < raters.size(); i++) {
        ResolvedRater rater = raters.get(i);
        RatingCounts.RaterCounts counted = counts.raters().get(i);
        RatingWork done = progress.of(planned.get(i).folder());
        counted
            .quarantined()
            .forEach((reason, count) -> quarantined.merge(reason, count, Long::sum));
        results.add(
            new RateResult.RaterResult(
                rater.name(),
                rater.version(),
                rater.licence(),
                rater.kind(),
                rater.precision(),
                rater.library(),
                rater.digest(),
                rater.bundle().isPresent() ? engine.settings().batchTokens() : 0,
                fingerprint(rater),
                rater.columns(),
                counts.documents() - counted.quarantinedDocuments(),
                counted.chunks(),
                counted.tokens(),
                buckets - reused.get(i),
                reused.get(i),
                done.documents(),
                done.takenOver(),
                counted.quarantined()));
      }
      List<String> columns = raters.stream().flatMap(rater -> rater.columns().stream()).toList();
      return new RateResult(
          new RatingsTable(columns, counts.documents(), counts.tokens()),
          results,
          quarantined,
          work);
    }
  }
}
