package io.gradus.jobs.rate;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What rates the documents.
 *
 * @param raters in the order of their columns; {@code rate.raters}, by default the built-in one
 * @param maxQuarantined the largest share of documents that a rater may leave without a score;
 *     {@code rate.max-quarantined}, by default 0.01
 * @param batchTokens the most positions that go through a model together, 0 for what suits the
 *     device; {@code rate.batch-tokens}
 * @param windowCharacters a task holds two windows of documents, each of so many characters of text
 *     or one longer document; {@code rate.window-characters}, by default 2,000,000
 * @param device what models run on; {@code rate.device}
 */
public record RateConfig(
    List<RaterConfig> raters,
    double maxQuarantined,
    int batchTokens,
    long windowCharacters,
    DeviceConfig device) {
  private static final double MAX_QUARANTINED = 0.01;
  private static final long WINDOW_CHARACTERS = 2_000_000;
  private static final Range CHUNKS = new Range(0, 1 << 20);
  private static final Range BATCH = new Range(1, 1 << 24);
  private static final Range WINDOW = new Range(1, 1L << 30);

  /** What a criterion may be called: the name becomes a column's. */
  private static final String CRITERION = "[A-Za-z][A-Za-z0-9_]*";

  /** How a rater without a bundle is made. */
  private enum Kind {
    STATISTICS,
    COLUMN,
    FASTTEXT
  }

  public RateConfig {
    raters = List.copyOf(raters);
  }

  /** A configuration with everything but the raters as by default. */
  public static RateConfig of(RaterConfig... raters) {
    return new RateConfig(
        List.of(raters), MAX_QUARANTINED, 0, WINDOW_CHARACTERS, DeviceConfig.DEFAULT);
  }

  /** Reads the section {@code rate}; problems are recorded in the section. */
  public static RateConfig read(Section section) {
    List<RaterConfig> raters = new ArrayList<>();
    boolean named = section.has("raters");
    for (Section rater : section.sections("raters")) {
      raters.add(readRater(rater));
      rater.finish();
    }
    if (!named) {
      raters.add(new RaterConfig.Bundle(RaterConfig.Bundle.BUILTIN, ""));
    } else if (raters.isEmpty()) {
      section.problem("raters", "names no rater; give for example [ { bundle = builtin } ]");
    }
    double maxQuarantined = section.number("max-quarantined", MAX_QUARANTINED, Range.SHARE);
    int batchTokens = section.has("batch-tokens") ? (int) section.count("batch-tokens", BATCH) : 0;
    long windowCharacters = section.count("window-characters", WINDOW_CHARACTERS, WINDOW);
    DeviceConfig device = DeviceConfig.read(section.section("device"));
    section.finish();
    return new RateConfig(raters, maxQuarantined, batchTokens, windowCharacters, device);
  }

  private static RaterConfig readRater(Section section) {
    String prefix = section.text("prefix", "");
    if (!prefix.matches("[A-Za-z0-9_]*")) {
      section.problem("prefix", "'" + prefix + "' may hold only letters, digits and _");
    }
    if (section.has("kind")) {
      if (section.has("bundle")) {
        section.problem("bundle", "a rater has a bundle or a kind, not both; leave one out");
      }
      return switch (section.requiredChoice("kind", Kind.STATISTICS)) {
        case STATISTICS -> new RaterConfig.Statistics(readStatistics(section), prefix);
        case COLUMN -> new RaterConfig.Columns(readColumns(section), prefix);
        case FASTTEXT -> readFastText(section, prefix);
      };
    }
    String bundle = section.text("bundle");
    boolean builtin = bundle.equals(RaterConfig.Bundle.BUILTIN);
    return new RaterConfig.Bundle(
        builtin ? bundle : section.path("bundle"),
        prefix,
        (int) section.count("max-chunks", 0, CHUNKS),
        section.flag("chunk-scores", false)
            ? RaterConfig.Scores.CHUNKS
            : RaterConfig.Scores.DOCUMENTS);
  }

  private static List<String> readStatistics(Section section) {
    List<String> all = Arrays.stream(Statistic.values()).map(Statistic::criterion).toList();
    List<String> named = section.texts("criteria", all);
    List<String> unknown = named.stream().filter(name -> !all.contains(name)).toList();
    if (!unknown.isEmpty() || named.isEmpty()) {
      section.problem(
          "criteria", "'" + String.join(", ", unknown) + "' is not known; known: " + all);
      return all;
    }
    return List.copyOf(new LinkedHashSet<>(named));
  }

  private static SortedMap<String, String> readColumns(Section section) {
    Section columns = section.section("columns");
    SortedMap<String, String> paths = new TreeMap<>(columns.texts());
    if (paths.isEmpty()) {
      section.problem(
          "columns", "names no score; give for example { educational_value = \"quality.edu\" }");
    }
    paths.forEach(
        (criterion, path) -> {
          checkCriterion(columns, criterion, criterion);
          if (path.isBlank()) {
            columns.problem(criterion, "is empty; give the path of a field, such as quality.edu");
          }
        });
    return paths;
  }

  private static RaterConfig readFastText(Section section, String prefix) {
    String criterion = section.text("criterion");
    if (!criterion.isEmpty()) {
      checkCriterion(section, "criterion", criterion);
    }
    return new RaterConfig.FastText(
        section.path("model"), section.text("label"), criterion, prefix);
  }

  private static void checkCriterion(Section section, String key, String criterion) {
    if (!criterion.matches(CRITERION)) {
      section.problem(
          key,
          "'"
              + criterion
              + "' cannot be the name of a criterion: a letter, then letters, digits and _");
    }
  }
}
