package io.gradus.jobs.rate;

import com.github.luben.zstd.util.ZstdVersion;
import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.Fingerprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** A configured rater with its files found: what it is and what it scores. */
record ResolvedRater(
    RaterConfig config, Optional<RaterBundle> bundle, Optional<FastTextFile> fastText) {
  /** Raised whenever the same rater would give other scores to the same documents. */
  private static final int FORMAT_VERSION = 2;

  /** The library gives no version of its own; the build pins this one. */
  private static final String FAST_TEXT_LIBRARY = "com.github.sszuev:fasttext 1.0.0";

  /** Finds all bundles, and makes sure that no two criteria have the same name. */
  static List<ResolvedRater> resolve(RateConfig config, Configuration hadoop) {
    List<ResolvedRater> raters = new ArrayList<>();
    Map<String, String> owners = new HashMap<>();
    for (RaterConfig rater : config.raters()) {
      ResolvedRater resolved =
          new ResolvedRater(
              rater,
              rater instanceof RaterConfig.Bundle named
                  ? Optional.of(RaterBundle.find(named.bundle(), hadoop))
                  : Optional.empty(),
              rater instanceof RaterConfig.FastText named
                  ? Optional.of(FastTextFile.find(named.model(), hadoop))
                  : Optional.empty());
      for (String column : resolved.columns()) {
        String owner =
            RaterDefinition.TAKEN.contains(column) ? "every ratings table" : owners.get(column);
        if (owner != null) {
          throw new UserMistake(
              "rate.raters: the column '"
                  + column
                  + "' of "
                  + resolved.place()
                  + " is also one of "
                  + owner
                  + ". Give one of the raters a prefix, such as prefix = second_.");
        }
        owners.put(column, resolved.place());
      }
      String chunks = resolved.chunkFolder();
      String owner = chunks.isEmpty() ? null : owners.put("/" + chunks, resolved.place());
      if (owner != null) {
        throw new UserMistake(
            "rate.raters: the chunks' scores of "
                + resolved.place()
                + " would go where those of "
                + owner
                + " go, chunks/"
                + chunks
                + ". Give one of the raters a prefix, such as prefix = second_.");
      }
      raters.add(resolved);
    }
    return raters;
  }

  String place() {
    return bundle
        .map(RaterBundle::place)
        .or(() -> fastText.map(FastTextFile::place))
        .orElse("the " + kind() + " rater");
  }

  List<String> criteria() {
    // Java 17 has no switch over sealed types yet.
    if (config instanceof RaterConfig.Statistics statistics) {
      return statistics.criteria();
    }
    if (config instanceof RaterConfig.Columns columns) {
      return List.copyOf(columns.columns().keySet());
    }
    if (config instanceof RaterConfig.FastText named) {
      return List.of(named.criterion());
    }
    return bundle.orElseThrow().definition().criterionNames();
  }

  List<String> columns() {
    return criteria().stream().map(criterion -> config.prefix() + criterion).toList();
  }

  String name() {
    return bundle.map(found -> found.definition().name()).orElse(kind());
  }

  String kind() {
    if (config instanceof RaterConfig.Statistics) {
      return "statistics";
    }
    if (config instanceof RaterConfig.Columns) {
      return "column";
    }
    if (config instanceof RaterConfig.FastText) {
      return "fasttext";
    }
    return bundle.orElseThrow().definition().kind().key();
  }

  String version() {
    return bundle.map(found -> found.definition().version()).orElse("" + FORMAT_VERSION);
  }

  /** Of the model; empty where nothing tells it. */
  String licence() {
    return config instanceof RaterConfig.Statistics
        ? "Apache-2.0"
        : bundle.map(found -> found.definition().licence()).orElse("");
  }

  /** Of the model's weights; empty without a model. */
  String precision() {
    return bundle.map(found -> found.definition().precision()).orElse("");
  }

  String digest() {
    return bundle.map(RaterBundle::digest).or(() -> fastText.map(FastTextFile::digest)).orElse("");
  }

  /** Where the scores of its chunks go; empty where they are not kept. */
  String chunkFolder() {
    return config instanceof RaterConfig.Bundle named && named.scores() == RaterConfig.Scores.CHUNKS
        ? config.prefix() + name().replaceAll("[^A-Za-z0-9_-]", "_")
        : "";
  }

  /** The library and version that the scores' last bits depend on; empty where there is none. */
  String library() {
    if (config instanceof RaterConfig.Statistics) {
      return "zstd " + ZstdVersion.VERSION;
    }
    if (config instanceof RaterConfig.Columns) {
      return "";
    }
    if (config instanceof RaterConfig.FastText) {
      return FAST_TEXT_LIBRARY;
    }
    return "onnxruntime " + ModelGraph.runtimeVersion();
  }

  /** What gives the scores, beside the bundle: the same for all raters of one kind. */
  String software() {
    return "format " + FORMAT_VERSION + (library().isEmpty() ? "" : ", " + library());
  }

  /**
   * Names this rater's scores of these documents; the columns' prefix is no part of them.
   *
   * @param engine makes the batches, where the rater runs a model
   */
  String fingerprint(String documents, Engine engine) {
    Map<String, Object> configuration = new TreeMap<>();
    configuration.put("kind", kind());
    configuration.put("criteria", criteria());
    configuration.put("library", library());
    configuration.put("settings", settings());
    if (config instanceof RaterConfig.Bundle named) {
      configuration.put("maxChunks", named.maxChunks());
      configuration.put("scores", named.scores());
      configuration.putAll(engine.fingerprint(bundle.orElseThrow().definition().batch()));
    }
    return Fingerprint.of(
        "rater",
        FORMAT_VERSION,
        configuration,
        Map.of("documents", documents),
        Map.of("model", digest()),
        0);
  }

  /** Whether scores that another documents table's documents have may be taken over. */
  boolean takesOver(Engine engine) {
    return !(config instanceof RaterConfig.Columns)
        && bundle.map(found -> engine.takesOver(found.definition().batch())).orElse(true);
  }

  /** What else the configuration says that scores depend on. */
  private Map<String, String> settings() {
    if (config instanceof RaterConfig.Columns columns) {
      return columns.columns();
    }
    return config instanceof RaterConfig.FastText named ? Map.of("label", named.label()) : Map.of();
  }
}
