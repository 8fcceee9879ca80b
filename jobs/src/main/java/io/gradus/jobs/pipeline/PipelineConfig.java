package io.gradus.jobs.pipeline;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
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
import io.gradus.jobs.topics.TopicsConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
    OrderConfig order,
    PackConfig pack,
    AdviseConfig advise) {

  /**
   * Reads a file; relative paths in it are relative to its folder.
   *
   * @param settings {@code path=value} pairs that override the file
   * @throws UserMistake that names every problem at once
   */
  public static PipelineConfig read(Path file, List<String> settings) {
    Problems problems = new Problems();
    Path folder = file.toAbsolutePath().getParent();
    Section root = Section.root(parse(file, settings), problems, folder);
    Section pipeline = root.section("pipeline");
    String name = pipeline.text("name", baseName(file));
    String workspace = pipeline.path("workspace");
    long seed = pipeline.count("seed", 42, Range.NOT_NEGATIVE);
    pipeline.finish();
    PipelineConfig config =
        new PipelineConfig(
            name,
            workspace,
            seed,
            IngestConfig.read(root.section("ingest")),
            RateConfig.read(root.section("rate")),
            root.has("topics") ? TopicsConfig.read(root.section("topics")) : TopicsConfig.NONE,
            CalibrateConfig.read(root.section("calibrate")),
            SampleConfig.read(root.section("sample")),
            OrderConfig.read(root.section("order")),
            PackConfig.read(root.section("pack")),
            AdviseConfig.read(root.section("advise")));
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

  private static Config parse(Path file, List<String> settings) {
    if (!Files.isRegularFile(file)) {
      throw new UserMistake(
          "No configuration file at '"
              + file
              + "'. Give the path of one; conf/quickstart.conf is an example.");
    }
    try {
      Config config =
          ConfigFactory.parseFile(
              file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
      for (String setting : settings) {
        config = parseSetting(setting).withFallback(config);
      }
      return config.resolve();
    } catch (ConfigException e) {
      throw new UserMistake("Cannot read the configuration: " + e.getMessage(), e);
    }
  }

  private static Config parseSetting(String setting) {
    int equals = setting.indexOf('=');
    if (equals <= 0) {
      throw new UserMistake(
          "--set " + setting + ": give a path and a value, as in --set sample.temperature=2.0");
    }
    ConfigParseOptions options =
        ConfigParseOptions.defaults().setOriginDescription("--set " + setting);
    try {
      return ConfigFactory.parseString(setting, options);
    } catch (ConfigException notHocon) {
      // Values such as s3a://bucket/path need quotes in HOCON but not on a command line.
      String quoted = ConfigUtil.quoteString(setting.substring(equals + 1));
      return ConfigFactory.parseString(setting.substring(0, equals) + "=" + quoted, options);
    }
  }

  private static String baseName(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}
