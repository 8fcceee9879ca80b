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
 * @param maxFailed the largest share of documents that a rater may leave without a score; {@code
 *     rate.max-failed}, by default 0.01
 */
public record RateConfig(List<RaterConfig> raters, double maxFailed) {
  private static final double MAX_FAILED = 0.01;

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
    double maxFailed = section.number("max-failed", MAX_FAILED, Range.SHARE);
    section.finish();
    return new RateConfig(raters, maxFailed);
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
    return new RaterConfig.Bundle(builtin ? bundle : section.path("bundle"), prefix);
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
