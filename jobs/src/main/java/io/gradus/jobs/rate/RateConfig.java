package io.gradus.jobs.rate;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
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
 * @param takeOver which scores of earlier documents are taken over; {@code rate.take-over}
 * @param device what models run on; {@code rate.device}
 */
public record RateConfig(
    List<RaterConfig> raters,
    double maxQuarantined,
    int batchTokens,
    long windowCharacters,
    TakeOver takeOver,
    DeviceConfig device) {

  /** Which scores of documents that were rated before are taken over. */
  public enum TakeOver {
    /** Those that rating anew would give, to the last bit. */
    EXACT,
    /** Those of batches too, whose last digit depends on the documents that were beside. */
    ALL
  }

  private static final double MAX_QUARANTINED = 0.01;
  private static final long WINDOW_CHARACTERS = 2_000_000;

  /** What a criterion may be called: the name becomes a column's. */
  private static final String CRITERION = "[A-Za-z][A-Za-z0-9_]*";

  /** How a rater without a bundle is made. */
  private enum Kind {
    STATISTICS,
    COLUMN,
    FASTTEXT
  }

  private static final Key<String> PREFIX =
      Key.text("prefix", "", "Put before the names of its criteria.");
  private static final Key<Kind> KIND =
      Key.requiredChoice("kind", Kind.STATISTICS, "What rates, where it is no bundle.");

  private static final Key<String> BUNDLE =
      Key.text("bundle", "`builtin`, or the path or URI of a rater bundle.");
  private static final Key<Integer> MAX_CHUNKS =
      Key.integer(
          "max-chunks",
          0,
          new Range(0, 1 << 20),
          "Only the first so many chunks of a document are rated; 0 for all.");
  private static final Key<Boolean> CHUNK_SCORES =
      Key.flag("chunk-scores", false, "Whether the scores of chunks are kept too.");
  private static final Keys BUNDLE_KEYS = Keys.of(BUNDLE, PREFIX, MAX_CHUNKS, CHUNK_SCORES);

  private static final List<String> STATISTICS =
      Arrays.stream(Statistic.values()).map(Statistic::criterion).toList();
  private static final Key<List<String>> CRITERIA =
      Key.<List<String>>of(
          "criteria",
          "list of [statistics](raters.md#statistics)",
          "all",
          (section, name, none) -> section.texts(name, STATISTICS),
          "What of a text is measured.");
  private static final Keys STATISTICS_KEYS = Keys.of(KIND, CRITERIA, PREFIX);

  private static final Key<Section> COLUMNS =
      Key.byName(
              "columns",
              "criterion",
              "field",
              "The field of a record, beside its text, that holds each score; a dotted path.")
          .otherwise("compulsory");
  private static final Keys COLUMN_KEYS = Keys.of(KIND, COLUMNS, PREFIX);

  private static final Key<String> MODEL = Key.path("model", "A fastText classifier.");
  private static final Key<String> LABEL =
      Key.text("label", "The label whose log-odds are the score.");
  private static final Key<String> CRITERION_NAME = Key.text("criterion", "The name of the score.");
  private static final Keys FASTTEXT_KEYS = Keys.of(KIND, MODEL, LABEL, CRITERION_NAME, PREFIX);

  private static final Keys RATER_KEYS =
      BUNDLE_KEYS.and(STATISTICS_KEYS).and(COLUMN_KEYS).and(FASTTEXT_KEYS);
  private static final Key<List<Section>> RATERS =
      Key.sections(
              "raters",
              "What rates the documents, in the order of their columns.",
              BUNDLE_KEYS.when("with `bundle`"),
              STATISTICS_KEYS.when("with `kind = statistics`"),
              COLUMN_KEYS.when("with `kind = column`"),
              FASTTEXT_KEYS.when("with `kind = fasttext`"))
          .otherwise("`[ { bundle = builtin } ]`");
  private static final Key<Double> QUARANTINED =
      Key.number(
          "max-quarantined",
          MAX_QUARANTINED,
          Range.SHARE,
          "The largest share of documents that a rater may leave without a score.");
  private static final Key<Integer> BATCH_TOKENS =
      Key.integer(
              "batch-tokens",
              new Range(1, 1 << 24),
              "The most positions that go through a model together, but at least one chunk.")
          .otherwise("1 on a CPU, 16384 on a GPU");
  private static final Key<Long> WINDOW =
      Key.count(
          "window-characters",
          WINDOW_CHARACTERS,
          new Range(1, 1L << 30),
          "A task holds two windows of documents, each of so many characters or one document.");
  private static final Key<TakeOver> TAKE_OVER =
      Key.choice(
          "take-over",
          TakeOver.EXACT,
          "Which scores of documents that were rated before are [taken over](new-data.md#rate).");
  private static final Key<Section> DEVICE =
      Key.section("device", "What models run on.", DeviceConfig.KEYS);

  /** The keys of the section. */
  public static final Keys KEYS =
      Keys.of(RATERS, QUARANTINED, BATCH_TOKENS, WINDOW, TAKE_OVER, DEVICE);

  public RateConfig {
    raters = List.copyOf(raters);
  }

  /** A configuration with everything but the raters as by default. */
  public static RateConfig of(RaterConfig... raters) {
    return new RateConfig(
        List.of(raters),
        MAX_QUARANTINED,
        0,
        WINDOW_CHARACTERS,
        TakeOver.EXACT,
        DeviceConfig.DEFAULT);
  }

  /** Reads the section {@code rate}; problems are recorded in the section. */
  public static RateConfig read(Section section) {
    List<RaterConfig> raters = new ArrayList<>();
    boolean named = section.has(RATERS);
    for (Section rater : section.read(RATERS)) {
      raters.add(readRater(rater));
      rater.finish(RATER_KEYS);
    }
    if (!named) {
      raters.add(new RaterConfig.Bundle(RaterConfig.Bundle.BUILTIN, ""));
    } else if (raters.isEmpty()) {
      section.problem(RATERS, "names no rater; give for example [ { bundle = builtin } ]");
    }
    double maxQuarantined = section.read(QUARANTINED);
    int batchTokens = section.read(BATCH_TOKENS, 0);
    long windowCharacters = section.read(WINDOW);
    TakeOver takeOver = section.read(TAKE_OVER);
    DeviceConfig device = DeviceConfig.read(section.read(DEVICE));
    section.finish(KEYS);
    return new RateConfig(raters, maxQuarantined, batchTokens, windowCharacters, takeOver, device);
  }

  private static RaterConfig readRater(Section section) {
    String prefix = section.read(PREFIX);
    if (!prefix.matches("[A-Za-z0-9_]*")) {
      section.problem(PREFIX, "'" + prefix + "' may hold only letters, digits and _");
    }
    if (section.has(KIND)) {
      if (section.has(BUNDLE)) {
        section.problem(BUNDLE, "a rater has a bundle or a kind, not both; leave one out");
      }
      return switch (section.read(KIND)) {
        case STATISTICS -> new RaterConfig.Statistics(readStatistics(section), prefix);
        case COLUMN -> new RaterConfig.Columns(readColumns(section), prefix);
        case FASTTEXT -> readFastText(section, prefix);
      };
    }
    String bundle = section.read(BUNDLE);
    boolean builtin = bundle.equals(RaterConfig.Bundle.BUILTIN);
    return new RaterConfig.Bundle(
        builtin ? bundle : section.path(BUNDLE.name()),
        prefix,
        section.read(MAX_CHUNKS),
        section.read(CHUNK_SCORES) ? RaterConfig.Scores.CHUNKS : RaterConfig.Scores.DOCUMENTS);
  }

  private static List<String> readStatistics(Section section) {
    List<String> named = section.read(CRITERIA);
    List<String> unknown = named.stream().filter(name -> !STATISTICS.contains(name)).toList();
    if (!unknown.isEmpty() || named.isEmpty()) {
      section.problem(
          CRITERIA, "'" + String.join(", ", unknown) + "' is not known; known: " + STATISTICS);
      return STATISTICS;
    }
    return List.copyOf(new LinkedHashSet<>(named));
  }

  private static SortedMap<String, String> readColumns(Section section) {
    Section columns = section.read(COLUMNS);
    SortedMap<String, String> paths = new TreeMap<>(columns.texts());
    if (paths.isEmpty()) {
      section.problem(
          COLUMNS, "names no score; give for example { educational_value = \"quality.edu\" }");
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
    String criterion = section.read(CRITERION_NAME);
    if (!criterion.isEmpty()) {
      checkCriterion(section, CRITERION_NAME.name(), criterion);
    }
    return new RaterConfig.FastText(section.read(MODEL), section.read(LABEL), criterion, prefix);
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
