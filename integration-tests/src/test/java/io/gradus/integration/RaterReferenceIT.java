package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bundles that {@code bin/make-rater-bundle} makes give the scores of transformers, on real
 * documents. {@code -Dreaders=none} leaves these tests out.
 */
class RaterReferenceIT {
  private static final Path ARTIFACTS = Path.of("target/reference").toAbsolutePath();
  private static final Map<String, String> DIGESTS =
      Map.of(
          "weights.jar", "bf9521866c121a05bf7be34afe8f0e8468c313cbbd9737f3c7565a3398c1a061",
          "manual.jar", "4333b78d0d8684cc40d24a968e63632efe7ae00c6d4c75d115517a664f05ddd5",
          "debates.jar", "47d4e1f47ebd26117d47af8fbff471c116c571fd7d7bd6cb199d89f8454e5cf0");
  private static final int CHUNK_TOKENS = 256;
  private static final double TOLERANCE = 1e-3;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A model and how it rates.
   *
   * @param criteria as the options of the command name them, by column
   */
  private record Model(
      String name, String specialTokens, String activation, Map<String, Head> criteria) {}

  /**
   * What makes a score of the activated outputs.
   *
   * @param option as after {@code --criterion NAME=}
   * @param weights of the outputs
   */
  private record Head(String option, List<Double> weights) {}

  private static final List<Model> MODELS =
      List.of(
          new Model("bert", "add", "none", Map.of("bert_quality", new Head("0", List.of(1.0)))),
          new Model(
              "llama",
              "none",
              "none",
              Map.of(
                  "writing_style", new Head("0", List.of(1.0, 0.0, 0.0, 0.0)),
                  "required_expertise", new Head("1", List.of(0.0, 1.0, 0.0, 0.0)),
                  "facts_and_trivia", new Head("2", List.of(0.0, 0.0, 1.0, 0.0)),
                  "educational_value", new Head("3", List.of(0.0, 0.0, 0.0, 1.0)))),
          new Model(
              "deberta",
              "add",
              "softmax",
              Map.of("deberta_quality", new Head("2,1,0", List.of(2.0, 1.0, 0.0)))));

  @TempDir Path folder;
  private Path python;
  private Path texts;

  @BeforeEach
  void prepare() throws IOException, InterruptedException {
    assumeFalse(
        Boolean.getBoolean("readers.skip"),
        "-Dreaders=none: PyTorch and transformers are left out");
    for (Map.Entry<String, String> artifact : DIGESTS.entrySet()) {
      assertThat(Fingerprint.sha256(Files.readAllBytes(ARTIFACTS.resolve(artifact.getKey()))))
          .as(artifact.getKey())
          .isEqualTo(artifact.getValue());
    }
    // The build has installed it already, so this only asks where it is.
    List<String> lines = RunningScript.start(folder, bundleMaker(), "--install").finish();
    python = Path.of(lines.get(lines.size() - 1)).resolve("bin/python");
    texts = Files.createDirectory(folder.resolve("raw")).resolve("texts.jsonl");
    script(
            "real_documents.py",
            "--manual=" + ARTIFACTS.resolve("manual.jar"),
            "--debates=" + ARTIFACTS.resolve("debates.jar"),
            "--output=" + texts)
        .finish();
    script(
            "make_model_folders.py",
            "--minilm=" + ARTIFACTS.resolve("weights.jar"),
            "--texts=" + texts,
            "--output=" + folder)
        .finish();
  }

  @Test
  void bundlesOfThreeArchitecturesScoreAsTransformersDoes()
      throws IOException, InterruptedException {
    List<RunningScript> running = new ArrayList<>();
    for (Model model : MODELS) {
      running.add(makeBundle(model));
    }
    for (RunningScript bundle : running) {
      assertThat(bundle.finish()).anyMatch(line -> line.contains("MultiHeadAttention"));
    }
    running.clear();
    for (Model model : MODELS) {
      running.add(rateWithTransformers(model));
    }
    for (RunningScript reference : running) {
      reference.finish();
    }

    List<String> ids = new ArrayList<>();
    for (String line : Files.readAllLines(texts)) {
      ids.add(JSON.readTree(line).get("id").asText());
    }
    assertThat(ids.size()).isGreaterThanOrEqualTo(200);
    Map<String, Row> ratings = ratings(rateWithGradus());
    assertThat(ratings.keySet()).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(ratings.values()).anyMatch(row -> row.<Integer>getAs("n_chunks") >= 10);
    for (Model model : MODELS) {
      List<String> reference = Files.readAllLines(referenceOf(model));
      for (Map.Entry<String, Head> criterion : model.criteria().entrySet()) {
        double largest = 0;
        double lowest = Double.POSITIVE_INFINITY;
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < ids.size(); i++) {
          double expected = dot(criterion.getValue().weights(), reference.get(i));
          double score = ratings.get(ids.get(i)).<Double>getAs(criterion.getKey());
          assertThat(score)
              .as("%s of %s", criterion.getKey(), ids.get(i))
              .isCloseTo(expected, within(TOLERANCE));
          largest = Math.max(largest, Math.abs(score - expected));
          lowest = Math.min(lowest, expected);
          highest = Math.max(highest, expected);
        }
        System.out.printf(
            "%s: %d documents within %.1e, scores from %.2f to %.2f%n",
            criterion.getKey(), ids.size(), largest, lowest, highest);
        assertThat(highest - lowest).as("spread of " + criterion.getKey()).isGreaterThan(0.5);
      }
    }
  }

  private RunningScript makeBundle(Model model) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                bundleMaker(),
                folder.resolve(model.name()).toString(),
                bundleOf(model).toString(),
                "--name=" + model.name(),
                "--version=1",
                "--licence=apache-2.0",
                "--chunk-tokens=" + CHUNK_TOKENS,
                "--special-tokens=" + model.specialTokens(),
                "--activation=" + model.activation()));
    model
        .criteria()
        .forEach((name, head) -> command.add("--criterion=" + name + "=" + head.option()));
    return RunningScript.start(folder, command.toArray(String[]::new));
  }

  private RunningScript rateWithTransformers(Model model) throws IOException {
    return script(
        "reference_ratings.py",
        "--texts=" + texts,
        "--model=" + folder.resolve(model.name()),
        "--chunk-tokens=" + CHUNK_TOKENS,
        "--special-tokens=" + model.specialTokens(),
        "--activation=" + model.activation(),
        "--output=" + referenceOf(model));
  }

  /** Runs the stages ingest and rate, and returns the workspace. */
  private Path rateWithGradus() throws IOException, InterruptedException {
    Path workspace = folder.resolve("workspace");
    String bundles =
        String.join(
            ", ",
            MODELS.stream().map(model -> "{ bundle = \"" + bundleOf(model) + "\" }").toList());
    Path pipeline =
        Files.writeString(
            folder.resolve("pipeline.conf"),
            """
            pipeline { name = reference, workspace = "%s", seed = 7 }
            ingest { inputs = [ { path = "%s", source = real } ], tokenizer = gpt2, buckets = 8 }
            rate { raters = [ %s ] }
            """
                .formatted(workspace, texts, bundles));
    Program.Finished rated =
        Program.run(
            folder,
            Map.of("GRADUS_JAVA_OPTIONS", "-Dspark.master=local[2]"),
            "rate",
            pipeline.toString());
    assertThat(rated.exitCode()).as(rated.output()).isZero();
    return workspace;
  }

  /** The ratings table's rows by the documents' own names. */
  private static Map<String, Row> ratings(Path workspace) throws IOException {
    Dataset<Row> documents = table(workspace, "ingest").select("doc_id", "external_id");
    Map<String, Row> rows = new HashMap<>();
    for (Row row : table(workspace, "rate").join(documents, "doc_id").collectAsList()) {
      rows.put(row.getAs("external_id"), row);
    }
    return rows;
  }

  private static Dataset<Row> table(Path workspace, String stage) throws IOException {
    try (Stream<Path> outputs = Files.list(workspace.resolve(stage))) {
      Path output =
          outputs
              .filter(path -> Files.exists(path.resolve("manifest.json")))
              .findFirst()
              .orElseThrow();
      return LocalSpark.session().read().parquet(output.resolve("table").toString());
    }
  }

  /** The sum of outputs, a JSON list, by weights. */
  private static double dot(List<Double> weights, String outputs) throws IOException {
    List<Double> values = JSON.readValue(outputs, new TypeReference<List<Double>>() {});
    double sum = 0;
    for (int i = 0; i < weights.size(); i++) {
      sum += weights.get(i) * values.get(i);
    }
    return sum;
  }

  private static String bundleMaker() {
    return Program.root().resolve("bin/make-rater-bundle").toString();
  }

  private Path bundleOf(Model model) {
    return folder.resolve("bundles").resolve(model.name());
  }

  private Path referenceOf(Model model) {
    return folder.resolve(model.name() + "-reference.jsonl");
  }

  private RunningScript script(String name, String... arguments) throws IOException {
    return RunningScript.python(folder, python, name, arguments);
  }
}
