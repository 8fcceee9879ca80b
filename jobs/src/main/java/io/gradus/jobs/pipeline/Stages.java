package io.gradus.jobs.pipeline;

import static io.gradus.common.configuration.Quantity.show;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.UserMistake;
import io.gradus.common.selection.RatingInputs;
import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.ModelFiles;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.common.workspace.Workspace;
import io.gradus.jobs.advise.AdviseJob;
import io.gradus.jobs.advise.AdviseResult;
import io.gradus.jobs.calibrate.CalibrateJob;
import io.gradus.jobs.calibrate.CalibrateResult;
import io.gradus.jobs.ingest.IngestJob;
import io.gradus.jobs.ingest.IngestResult;
import io.gradus.jobs.order.OrderJob;
import io.gradus.jobs.order.OrderResult;
import io.gradus.jobs.pack.PackJob;
import io.gradus.jobs.pack.PackResult;
import io.gradus.jobs.pipeline.Plan.Step;
import io.gradus.jobs.pipeline.Stage.Inputs;
import io.gradus.jobs.pipeline.Stage.Outcome;
import io.gradus.jobs.preview.PreviewJob;
import io.gradus.jobs.preview.PreviewResult;
import io.gradus.jobs.rate.RateEstimate;
import io.gradus.jobs.rate.RateJob;
import io.gradus.jobs.rate.RateResult;
import io.gradus.jobs.report.ReportInputs;
import io.gradus.jobs.report.ReportJob;
import io.gradus.jobs.report.ReportResult;
import io.gradus.jobs.sample.SampleConfig.Method;
import io.gradus.jobs.sample.SampleJob;
import io.gradus.jobs.sample.SampleResult;
import io.gradus.jobs.sweep.SweepJob;
import io.gradus.jobs.sweep.SweepResult;
import io.gradus.jobs.topics.TopicsJob;
import io.gradus.jobs.topics.TopicsResult;
import io.gradus.jobs.verify.ReadingConfig;
import io.gradus.jobs.verify.ReadingJob;
import io.gradus.jobs.verify.ReadingResult;
import io.gradus.jobs.verify.VerifyJob;
import io.gradus.jobs.verify.VerifyResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * How the stages hang together: what each reads, what its output depends on, and the sentence that
 * it leaves behind. This is the only place that knows more than one stage.
 */
final class Stages {
  private static final String INGEST = "ingest";
  private static final String RATE = "rate";
  private static final String TOPICS = "topics";
  private static final String CALIBRATE = "calibrate";
  private static final String SAMPLE = "sample";
  private static final String SWEEP = "sweep";
  private static final String ORDER = "order";
  private static final String PREVIEW = "preview";
  private static final String PACK = "pack";
  static final String VERIFY = "verify";
  private static final String ADVISE = "advise";
  private static final String REPORT = "report";
  private static final long NO_CHANCE = 0;

  private Stages() {}

  /** All stages that the configuration asks for, each after those that it reads. */
  static List<Stage> of(PipelineConfig config, Configuration hadoop) {
    return all(config, hadoop).stream()
        .filter(stage -> !stage.name().equals(TOPICS) || config.topics().wanted())
        .toList();
  }

  /** The stages that a sweep needs, and the sweep. It is beside the others: no stage reads it. */
  static List<Stage> withSweep(PipelineConfig config, Configuration hadoop) {
    List<Stage> stages = new ArrayList<>(of(config, hadoop));
    stages.add(
        new Stage(
            SWEEP,
            1,
            config.sweep(),
            withTopics(config, RATE, CALIBRATE),
            Map::of,
            config.seed(),
            (context, inputs, output) -> sweep(context, config, inputs, output)));
    return stages;
  }

  /**
   * The stages that a preview needs, and the preview. It is beside the others: no stage reads it.
   */
  static List<Stage> withPreview(PipelineConfig config, Configuration hadoop) {
    List<Stage> stages = new ArrayList<>(of(config, hadoop));
    stages.add(
        new Stage(
            PREVIEW,
            1,
            Map.of("name", config.name()),
            List.of(RATE, ORDER),
            Map::of,
            NO_CHANCE,
            (context, inputs, output) -> preview(context, config, inputs, output)));
    return stages;
  }

  private static List<Stage> all(PipelineConfig config, Configuration hadoop) {
    return List.of(
        new Stage(
            INGEST,
            IngestJob.FORMAT_VERSION,
            config.ingest(),
            List.of(),
            () -> IngestJob.digests(hadoop, config.ingest()),
            NO_CHANCE,
            (context, inputs, output) -> ingest(context, config, output)),
        new Stage(
            TOPICS,
            1,
            config.topics(),
            List.of(INGEST),
            Map::of,
            config.seed(),
            (context, inputs, output) -> topics(context, config, inputs, output)),
        new Stage(
            RATE,
            2,
            config.rate(),
            List.of(INGEST),
            () -> RateJob.digests(hadoop, config.rate()),
            NO_CHANCE,
            (context, inputs, output) -> rate(context, config, inputs, output)),
        new Stage(
            CALIBRATE,
            2,
            config.calibrate(),
            List.of(RATE),
            Map::of,
            NO_CHANCE,
            (context, inputs, output) -> calibrate(context, config, inputs, output)),
        new Stage(
            SAMPLE,
            2,
            config.sample(),
            withTopics(config, RATE, CALIBRATE),
            Map::of,
            config.seed(),
            (context, inputs, output) -> sample(context, config, inputs, output)),
        new Stage(
            ORDER,
            2,
            config.order(),
            List.of(SAMPLE),
            Map::of,
            config.seed(),
            (context, inputs, output) -> order(context, config, inputs, output)),
        new Stage(
            PACK,
            2,
            config.pack(),
            List.of(INGEST, SAMPLE, ORDER),
            Map::of,
            NO_CHANCE,
            (context, inputs, output) -> pack(context, config, inputs, output)),
        new Stage(
            VERIFY,
            2,
            Map.of(),
            List.of(INGEST, SAMPLE, ORDER, PACK),
            Map::of,
            NO_CHANCE,
            Stages::verify),
        new Stage(
            ADVISE,
            1,
            Map.of("advise", config.advise(), "sequenceLength", config.pack().sequenceLength()),
            List.of(ORDER),
            Map::of,
            NO_CHANCE,
            (context, inputs, output) -> advise(context, config, inputs, output)),
        new Stage(
            REPORT,
            2,
            Map.of("name", config.name()),
            withTopics(config, INGEST, RATE, CALIBRATE, SAMPLE, ORDER, PACK, VERIFY, ADVISE),
            Map::of,
            NO_CHANCE,
            (context, inputs, output) -> report(context, config, inputs, output)));
  }

  /** Puts models and tokenizers of this machine into the workspace. */
  static Map<String, ModelFiles.Shipped> ship(PipelineConfig config, Workspace workspace) {
    Map<String, ModelFiles.Shipped> shipped = new TreeMap<>();
    Path root = workspace.root();
    shipped.putAll(IngestJob.ship(workspace.hadoop(), config.ingest(), new Path(root, INGEST)));
    shipped.putAll(RateJob.ship(workspace.hadoop(), config.rate(), new Path(root, RATE)));
    return shipped;
  }

  /** How long a stage that would run takes, where that can be said. */
  static List<String> estimates(PipelineConfig config, Plan plan, Configuration hadoop) {
    Map<String, Step> steps =
        plan.steps().stream().collect(Collectors.toMap(Step::name, step -> step));
    List<String> lines = new ArrayList<>();
    Step ingest = steps.get(INGEST);
    if (ingest != null && ingest.manifest().isEmpty()) {
      IngestJob.newFiles(hadoop, config.ingest(), ingest.directory())
          .ifPresent(line -> lines.add("ingest: " + line));
    }
    Step rate = steps.get(RATE);
    if (rate == null || rate.manifest().isPresent()) {
      return lines;
    }
    ingest.manifest().flatMap(Stages::newDocuments).ifPresent(lines::add);
    OptionalLong tokens =
        steps.get(INGEST).manifest().stream()
            .mapToLong(manifest -> manifest.result().at("/table/tokens").asLong())
            .findFirst();
    lines.addAll(RateEstimate.of(config.rate(), tokens, hadoop));
    return lines;
  }

  /** How many documents are new, where some are not. */
  private static Optional<String> newDocuments(Manifest ingest) {
    JsonNode news = ingest.result().path("newData");
    return news.path("earlier").asText().isEmpty()
        ? Optional.empty()
        : Optional.of(
            say(
                "rate: %,d of %,d documents are new; the others keep the scores that they have",
                news.path("documents").asLong(), ingest.result().at("/table/rows").asLong()));
  }

  /**
   * Finds out what would stop a later stage, before the first one starts.
   *
   * @param plan the stages that are to be done
   */
  static void checkAhead(JobContext context, PipelineConfig config, Plan plan) {
    boolean rates =
        plan.steps().stream()
            .anyMatch(step -> step.name().equals(RATE) && step.manifest().isEmpty());
    if (rates) {
      RateJob.checkDevices(context, config.rate());
    }
  }

  private static Outcome ingest(JobContext context, PipelineConfig config, StageDirectory output) {
    IngestResult result = new IngestJob().run(context, config.ingest(), output);
    long dropped = result.dropped().values().stream().mapToLong(Long::longValue).sum();
    return new Outcome(
        result,
        say(
                "%,d documents, %s tokens from %s; dropped %s and %s",
                result.table().rows(),
                show(result.table().tokens()),
                count(result.sources().size(), "source"),
                count(result.duplicates(), "duplicate"),
                count(dropped, "bad record"))
            + (result.newData().earlier().isEmpty()
                ? ""
                : say(
                    "; new: %,d documents from %s",
                    result.newData().documents(), count(result.newData().files(), "file"))));
  }

  private static Outcome rate(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    RateResult result = new RateJob().run(context, config.rate(), documents(inputs), output);
    return new Outcome(
        result,
        say(
                "%,d documents rated for %s",
                result.table().rows(), String.join(", ", result.table().criteria()))
            + (result.documentsTakenOver() == 0
                ? ""
                : say(
                    "; %,d of them now, %,d earlier",
                    result.documentsRated(), result.documentsTakenOver())));
  }

  private static Outcome topics(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    TopicsResult result =
        new TopicsJob().run(context, config.topics(), config.seed(), documents(inputs), output);
    return new Outcome(
        result,
        say(
            "%s from a sample of %s; %,d of %,d documents have one",
            count(result.table().found(), "topic"),
            count(result.sampleDocuments(), "document"),
            result.table().rows() - result.table().withoutTopic(),
            result.table().rows()));
  }

  private static Outcome calibrate(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    CalibrateResult result =
        new CalibrateJob().run(context, config.calibrate(), ratings(inputs), output);
    return new Outcome(
        result,
        say(
            "moments and percentiles of %s in %s",
            result.table().overall().size() == 1
                ? "1 criterion"
                : result.table().overall().size() + " criteria",
            count(result.table().sources(), "source")));
  }

  private static Outcome sample(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    SampleResult result =
        new SampleJob()
            .run(context, config.sample(), config.seed(), ratingInputs(config, inputs), output);
    return new Outcome(
        result,
        say(
            "%,d documents, %s of %s tokens (%s%s)%s",
            result.table().rows(),
            show(result.table().tokens()),
            show(result.available()),
            Section.name(config.sample().method()),
            config.sample().method() == Method.TEMPERATURE
                ? " " + config.sample().temperature()
                : "",
            result.shortGroups() == 0
                ? ""
                : say(
                    "; %s of %,d had fewer tokens than their quota, the others got the rest",
                    count(result.shortGroups(), "group"), result.groupCount())));
  }

  private static Outcome sweep(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    SweepResult result =
        new SweepJob()
            .run(context, config.sweep(), config.seed(), ratingInputs(config, inputs), output);
    return new Outcome(
        result,
        say(
            "%s of %,d documents compared, %,d on the front",
            count(result.settings() - result.impossible(), "setting"),
            result.documents(),
            result.onFront()));
  }

  /** Stages that are read, and topics where there are any. */
  private static List<String> withTopics(PipelineConfig config, String... stages) {
    List<String> inputs = new ArrayList<>(List.of(stages));
    if (config.topics().wanted()) {
      inputs.add(TOPICS);
    }
    return inputs;
  }

  private static RatingInputs ratingInputs(PipelineConfig config, Inputs inputs) {
    RatingInputs ratings =
        RatingInputs.of(ratings(inputs), inputs.finished(CALIBRATE, CalibrationTable.class));
    return config.topics().wanted()
        ? ratings.withTopics(inputs.finished(TOPICS, TopicsTable.class))
        : ratings;
  }

  private static Outcome order(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    OrderResult result =
        new OrderJob()
            .run(
                context,
                config.order(),
                config.seed(),
                inputs.finished(SAMPLE, SelectionTable.class),
                output);
    return new Outcome(
        result,
        say(
            "%,d documents %s, quantiles within %s%s",
            result.table().rows(),
            result.table().shape(),
            result.table().within().equals("source") ? "their source" : "the whole selection",
            result.missedPhases()));
  }

  private static Outcome preview(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    PreviewResult result =
        new PreviewJob()
            .run(context, config.name(), profile(inputs), order(inputs), ratings(inputs), output);
    return new Outcome(result, say("%s bytes of HTML", show(result.bytes())));
  }

  private static Outcome pack(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    PackResult result =
        new PackJob()
            .run(
                context,
                config.pack(),
                documents(inputs),
                order(inputs),
                inputs.finished(SAMPLE, SelectionTable.class),
                output);
    return new Outcome(
        result,
        say(
            "%,d sequences of %,d tokens in %s as %s",
            result.sequences(),
            config.pack().sequenceLength(),
            count(result.shards(), "shard"),
            String.join(
                ", ", config.pack().formats().stream().map(format -> format.label()).toList())));
  }

  private static Outcome verify(JobContext context, Inputs inputs, StageDirectory output) {
    Finished<PackedShards> shards = inputs.finished(PACK, PackedShards.class);
    VerifyResult result =
        new VerifyJob()
            .run(
                context,
                documents(inputs),
                inputs.finished(SAMPLE, SelectionTable.class),
                order(inputs),
                shards,
                output);
    if (!result.passed()) {
      throw new UserMistake(
          say(
              "verify found %s between selection, order and the shards under %s, such as: %s. All"
                  + " findings are in %s. If files were changed since they were written, remove that"
                  + " folder and run again to pack anew; otherwise please report it.",
              count(result.breachCount(), "breach"),
              shards.directory().path(),
              result.breaches().get(0),
              output.file(VerifyResult.FILE)));
    }
    return new Outcome(
        result,
        say(
            "all checks passed: %,d documents, each token once and in order, %s bytes read back",
            result.documents(), show(result.bytes())));
  }

  /** Simulates a training run's reading and prints what was found. */
  static void read(
      JobContext context, ReadingConfig reading, Inputs inputs, ReadingJob.Bytes bytes) {
    StageDirectory output = inputs.directories().get(VERIFY);
    Finished<PackedShards> shards = inputs.finished(PACK, PackedShards.class);
    ReadingResult result =
        new ReadingJob().run(context, reading, order(inputs), shards, bytes, output);
    result.lines().forEach(context.console()::line);
    if (!result.passed()) {
      throw new UserMistake(
          say(
              "verify: this run would not read the curriculum as it is: %s, such as: %s. All is in"
                  + " %s.%s",
              count(result.breachCount(), "breach"),
              result.breaches().get(0),
              output.file(reading.folder() + "/" + ReadingResult.FILE),
              result.remedies().isEmpty()
                  ? ""
                  : " What mends it: " + String.join("; ", result.remedies()) + "."));
    }
  }

  private static Outcome advise(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    AdviseResult result =
        new AdviseJob()
            .run(context, config.advise(), profile(inputs), config.pack().sequenceLength(), output);
    return new Outcome(result, result.summary());
  }

  private static Outcome report(
      JobContext context, PipelineConfig config, Inputs inputs, StageDirectory output) {
    ReportResult result =
        new ReportJob()
            .run(
                context,
                new ReportInputs(
                    config.name(),
                    config.workspace(),
                    inputs.manifests(),
                    profile(inputs),
                    Json.read(
                        inputs.directories().get(ADVISE).text(AdviseJob.PLAN).orElseThrow(),
                        JsonNode.class),
                    topicDescriptions(config, inputs)),
                ratings(inputs),
                inputs.finished(SAMPLE, SelectionTable.class),
                output);
    return new Outcome(result, say("%s bytes of HTML", show(result.bytes())));
  }

  private static JsonNode topicDescriptions(PipelineConfig config, Inputs inputs) {
    return config.topics().wanted()
        ? Json.read(
            inputs.directories().get(TOPICS).text(TopicsResult.FILE).orElseThrow(), JsonNode.class)
        : MissingNode.getInstance();
  }

  private static Finished<DocumentsTable> documents(Inputs inputs) {
    return inputs.finished(INGEST, DocumentsTable.class);
  }

  private static Finished<RatingsTable> ratings(Inputs inputs) {
    return inputs.finished(RATE, RatingsTable.class);
  }

  private static Finished<OrderTable> order(Inputs inputs) {
    return inputs.finished(ORDER, OrderTable.class);
  }

  private static CurriculumProfile profile(Inputs inputs) {
    String json = inputs.directories().get(ORDER).text(CurriculumProfile.FILE).orElseThrow();
    return Json.read(json, CurriculumProfile.class);
  }

  private static String count(long count, String noun) {
    return say("%,d %s", count, count == 1 ? noun : noun.endsWith("ch") ? noun + "es" : noun + "s");
  }

  private static String say(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
