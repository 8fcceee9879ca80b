package io.gradus.jobs.ingest;

import io.gradus.common.configuration.Suggestion;
import io.gradus.common.workspace.AtomicFile;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

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

  /** Puts the file of a tokenizer that is not built in where a cluster's driver reads it. */
  static Map<String, ModelFiles.Shipped> ship(
      Configuration hadoop, IngestConfig config, Path folder) {
    String location = config.tokenizer();
    if (isBuiltIn(location) || !ModelFiles.isOnThisMachine(location, hadoop)) {
      return Map.of();
    }
    byte[] bytes = TokenizerJson.read(hadoop, location);
    String digest = Fingerprint.sha256(bytes);
    Path file = new Path(folder, digest + ".json");
    try {
      AtomicFile.write(file.getFileSystem(hadoop), file, out -> out.write(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.of(location, new ModelFiles.Shipped(file.toString(), digest));
  }
}
