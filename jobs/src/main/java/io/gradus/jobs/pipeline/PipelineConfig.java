package io.gradus.jobs.pipeline;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.UserMistake;
import io.gradus.jobs.advise.AdviseConfig;
import io.gradus.jobs.calibrate.CalibrateConfig;
import io.gradus.jobs.ingest.IngestConfig;
import io.gradus.jobs.order.Group;
import io.gradus.jobs.order.OrderConfig;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.rate.RateConfig;
import io.gradus.jobs.sample.SampleConfig;
import io.gradus.jobs.sample.SampleJob;
import io.gradus.jobs.sweep.CurrentSampling;
import io.gradus.jobs.sweep.SweepConfig;
import io.gradus.jobs.topics.TopicsConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One configuration file: the pipeline's name, workspace and seed, and a section for each stage.
 *
 * @param name for people; it names nothing on disk
 * @param workspace a folder or the URI of one
 * @param seed of every random choice
 * @param topics {@link TopicsConfig#NONE} where the file has no such section
 */
public record PipelineConfig(
    String name,
    String workspace,
    long seed,
    IngestConfig ingest,
    RateConfig rate,
    TopicsConfig topics,
    CalibrateConfig calibrate,
    SampleConfig sample,
    SweepConfig sweep,
    OrderConfig order,
    PackConfig pack,
    AdviseConfig advise) {

  private static final Key<String> NAME =
      Key.text("name", "For people; it names nothing on disk.").otherwise("the file's name");
  private static final Key<String> WORKSPACE =
      Key.path("workspace", "The folder that everything is written to, on any Hadoop file system.");
  private static final Key<Long> SEED =
      Key.count("seed", 42, Range.NOT_NEGATIVE, "The seed of every random choice.");
  private static final Keys PIPELINE_KEYS = Keys.of(NAME, WORKSPACE, SEED);

  private static final Key<Section> PIPELINE =
      Key.section("pipeline", "What belongs to all stages. Compulsory.", PIPELINE_KEYS);
  private static final Key<Section> INGEST =
      Key.section("ingest", "What is read. Compulsory.", IngestConfig.KEYS);
  private static final Key<Section> RATE =
      Key.section(
          "rate",
          "What rates the documents: [raters](raters.md), [rating](rating.md).",
          RateConfig.KEYS);
  private static final Key<Section> TOPICS =
      Key.section(
          "topics",
          "What the corpus is about; without this section there are no [topics](topics.md).",
          TopicsConfig.KEYS);
  private static final Key<Section> CALIBRATE =
      Key.section(
          "calibrate",
          "How scores are measured: [calibration](calibration.md).",
          CalibrateConfig.KEYS);
  private static final Key<Section> SAMPLE =
      Key.section(
          "sample",
          "What is selected: [selection](selection.md). What happens where all scores are equal, ratings"
              + " are missing or infinite, a group is smaller or a document larger than its budget, and"
              + " so on, is under [odd cases](selection.md#odd-cases).",
          SampleConfig.KEYS);
  private static final Key<Section> SWEEP =
      Key.section(
          "sweep", "Which settings `gradus sweep` compares: [sweep](sweep.md).", SweepConfig.KEYS);
  private static final Key<Section> ORDER =
      Key.section(
          "order", "In which order the selection is read: [order](order.md).", OrderConfig.KEYS);
  private static final Key<Section> PACK =
      Key.section(
          "pack",
          "How shards are written: [packing](pack.md), [formats](formats.md).",
          PackConfig.KEYS);
  private static final Key<Section> ADVISE =
      Key.section(
          "advise",
          "Facts of the training run that the curriculum is for. Defaults come from the evidence that"
              + " the plan quotes.",
          AdviseConfig.KEYS);

  /** The sections of a configuration. */
  public static final Keys KEYS =
      Keys.of(PIPELINE, INGEST, RATE, TOPICS, CALIBRATE, SAMPLE, SWEEP, ORDER, PACK, ADVISE);

  /** Where the pipeline reads and writes what every machine must reach, by key. */
  public Map<String, String> places() {
    Map<String, String> places = new TreeMap<>();
    places.put("pipeline.workspace", workspace);
    for (int i = 0; i < ingest.inputs().size(); i++) {
      places.put("ingest.inputs[" + i + "].path", ingest.inputs().get(i).path());
    }
    return places;
  }

  /**
   * Reads a file of this machine; relative paths in it are relative to its folder.
   *
   * @param settings {@code path=value} pairs that override the file
   * @throws UserMistake that names every problem at once
   */
  public static PipelineConfig read(Path file, List<String> settings) {
    return read(ConfigurationFile.read(file, settings));
  }

  /**
   * Reads what a file says.
   *
   * @throws UserMistake that names every problem at once
   */
  public static PipelineConfig read(ConfigurationFile file) {
    Problems problems = new Problems();
    Section root = Section.root(file.config(), problems, file.folder());
    Section pipeline = root.read(PIPELINE);
    String name = pipeline.read(NAME, file.name());
    String workspace = pipeline.read(WORKSPACE);
    long seed = pipeline.read(SEED);
    pipeline.finish(PIPELINE_KEYS);
    IngestConfig ingest = IngestConfig.read(root.read(INGEST));
    RateConfig rate = RateConfig.read(root.read(RATE));
    SampleConfig sample = SampleConfig.read(root.read(SAMPLE));
    AdviseConfig advise = AdviseConfig.read(root.read(ADVISE));
    PipelineConfig config =
        new PipelineConfig(
            name,
            workspace,
            seed,
            ingest,
            rate,
            root.has(TOPICS) ? TopicsConfig.read(root.read(TOPICS)) : TopicsConfig.NONE,
            CalibrateConfig.read(root.read(CALIBRATE)),
            sample,
            SweepConfig.read(root.read(SWEEP), current(sample)),
            OrderConfig.read(root.read(ORDER)),
            PackConfig.read(root.read(PACK), advise.batchTokens()),
            advise);
    if (config.sample().quotas().needTopics() && !config.topics().wanted()) {
      root.read(SAMPLE).problem("by", SampleJob.TOPICS_NEEDED);
    }
    if (config.order().shape().needsTopics() && !config.topics().wanted()) {
      root.read(ORDER).problem("shape", Group.TOPICS_NEEDED);
    }
    root.finish(KEYS);
    problems.throwIfAny();
    return config;
  }

  /** The section {@code sample} as a sweep sees it. */
  private static CurrentSampling current(SampleConfig sample) {
    return new CurrentSampling(
        switch (sample.method()) {
          case TEMPERATURE -> sample.temperature();
          case TOP -> 0;
          case UNIFORM -> Double.POSITIVE_INFINITY;
          case BOTTOM, THRESHOLD, BINS, SIGMOID -> Double.NaN;
        },
        sample.scoring(),
        sample.quotas(),
        sample.budget(),
        switch (sample.method()) {
          case BINS, SIGMOID -> 1;
          default -> sample.maxRepeats();
        },
        sample.validation());
  }
}
