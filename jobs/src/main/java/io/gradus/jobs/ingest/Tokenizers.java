package io.gradus.jobs.ingest;

import io.gradus.common.configuration.Suggestion;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Finds the tokenizer that {@code ingest.tokenizer} names. */
final class Tokenizers {
  private static final List<String> BUILT_IN =
      Arrays.stream(BuiltInTokenizer.values()).map(BuiltInTokenizer::label).toList();

  private Tokenizers() {}

  static boolean isBuiltIn(String name) {
    return BUILT_IN.contains(name);
  }

  /** What is wrong with a name that is neither built in nor a path, if anything. */
  static Optional<String> nameProblem(String name) {
    if (isBuiltIn(name) || name.contains("/") || name.endsWith(".json")) {
      return Optional.empty();
    }
    return Optional.of(
        "unknown tokenizer '"
            + name
            + "'; "
            + Suggestion.nearest(name, BUILT_IN)
                .map(near -> "did you mean '" + near + "'? ")
                .orElse("")
            + "Built in are "
            + String.join(", ", BUILT_IN)
            + "; any other by the path of its tokenizer.json");
  }

  /** Loads the definition; a {@code tokenizer.json} is read whole and checked. */
  static TokenizerDefinition load(Configuration hadoop, IngestConfig config) {
    return Arrays.stream(BuiltInTokenizer.values())
        .filter(builtIn -> builtIn.label().equals(config.tokenizer()))
        .map(TokenizerDefinition.class::cast)
        .findFirst()
        .orElseGet(() -> TokenizerJson.load(hadoop, config.tokenizer(), config.endOfText()));
  }
}
