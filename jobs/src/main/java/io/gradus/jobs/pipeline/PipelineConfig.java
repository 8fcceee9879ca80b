package io.gradus.jobs.pipeline;

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
    Section pipeline = root.section("pipeline");
    String name = pipeline.text("name", file.name());
    String workspace = pipeline.path("workspace");
    long seed = pipeline.count("seed", 42, Range.NOT_NEGATIVE);
    pipeline.finish();
    IngestConfig ingest = IngestConfig.read(root.section("ingest"));
    RateConfig rate = RateConfig.read(root.section("rate"));
    SampleConfig sample = SampleConfig.read(root.section("sample"));
    AdviseConfig advise = AdviseConfig.read(root.section("advise"));
    PipelineConfig config =
        new PipelineConfig(
            name,
            workspace,
            seed,
            ingest,
            rate,
            root.has("topics") ? TopicsConfig.read(root.section("topics")) : TopicsConfig.NONE,
            CalibrateConfig.read(root.section("calibrate")),
            sample,
            SweepConfig.read(root.section("sweep"), current(sample)),
            OrderConfig.read(root.section("order")),
            PackConfig.read(root.section("pack"), advise.batchTokens()),
            advise);
    if (config.sample().quotas().needTopics() && !config.topics().wanted()) {
      root.section("sample").problem("by", SampleJob.TOPICS_NEEDED);
    }
    if (config.order().shape().needsTopics() && !config.topics().wanted()) {
      root.section("order").problem("shape", Group.TOPICS_NEEDED);
    }
    root.finish();
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
