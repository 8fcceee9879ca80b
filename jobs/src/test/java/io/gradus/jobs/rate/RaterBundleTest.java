package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.util.ZstdVersion;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaterBundleTest {
  private static final EngineSettings SETTINGS = new EngineSettings(64, 1, 1, 1);

  @TempDir Path temporary;

  private Path bundle;

  private void write(Consumer<ObjectNode> change) throws IOException {
    bundle = TinyBundle.write(temporary.resolve("bundle"), change);
  }

  private void open() {
    Configuration hadoop = new Configuration();
    RaterBundle found = RaterBundle.find(bundle.toString(), hadoop);
    String published =
        found
            .publish(new org.apache.hadoop.fs.Path(temporary.resolve("p").toString()), hadoop)
            .toString();
    ExecutorRaters.bundle(published, found.digest(), SETTINGS, Hardware.CPU, hadoop).close();
  }

  private void assertMistake(String... parts) {
    assertThatThrownBy(this::open).isInstanceOf(UserMistake.class).hasMessageContainingAll(parts);
  }

  @Test
  void digestsNameEachBundlesDefinitionAndWhatGivesTheScores() throws IOException {
    write(definition -> {});
    open();
    RateConfig config =
        RateConfig.of(
            new RaterConfig.Bundle(bundle.toString(), ""),
            new RaterConfig.Statistics(List.of("compression_ratio"), ""));
    assertThat(RateJob.digests(new Configuration(), config))
        .containsOnly(
            Map.entry(
                bundle.toString(),
                io.gradus.common.workspace.Fingerprint.sha256(
                    Files.readAllBytes(bundle.resolve("rater.json")))),
            Map.entry("onnx-embedding", "format 2, onnxruntime 1.28.0"),
            Map.entry("statistics", "format 2, zstd " + ZstdVersion.VERSION));
  }

  @Test
  void aChangedModelIsRefused() throws IOException {
    write(definition -> {});
    Files.write(bundle.resolve("model.onnx"), new byte[] {0}, StandardOpenOption.APPEND);
    assertMistake(bundle + "/model.onnx", "its SHA-256 is", "is expected", "restore it");
    RateConfig config = RateConfig.of(new RaterConfig.Bundle(bundle.toString(), ""));
    assertThatThrownBy(() -> RateJob.digests(new Configuration(), config))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("its SHA-256 is");
  }

  /** Publishes the bundle, changes one file of the copy, and gives the copy to an executor. */
  private void assertExecutorRefuses(String file) throws IOException {
    Configuration hadoop = new Configuration();
    RaterBundle found = RaterBundle.find(bundle.toString(), hadoop);
    String folder =
        found
            .publish(new org.apache.hadoop.fs.Path(temporary.resolve("p").toString()), hadoop)
            .toString();
    Path copy = Path.of(folder, file);
    Files.delete(copy.resolveSibling("." + file + ".crc"));
    Files.writeString(copy, " ", StandardOpenOption.APPEND);
    assertThatThrownBy(
            () -> ExecutorRaters.bundle(folder, found.digest(), SETTINGS, Hardware.CPU, hadoop))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith(folder + "/" + file + ": its SHA-256 is ")
        .hasMessageEndingWith(
            "The file was changed or damaged: remove this folder, it is written anew.");
  }

  @Test
  void anExecutorRefusesACopyWithAnotherDefinition() throws IOException {
    write(definition -> definition.put("version", "another definition"));
    assertExecutorRefuses("rater.json");
  }

  @Test
  void anExecutorRefusesACopyWithAnotherModel() throws IOException {
    write(definition -> definition.put("version", "another model"));
    assertExecutorRefuses("model.onnx");
  }

  @Test
  void anIncompleteCopyIsCompleted() throws IOException {
    write(definition -> definition.put("version", "incomplete"));
    Configuration hadoop = new Configuration();
    RaterBundle found = RaterBundle.find(bundle.toString(), hadoop);
    org.apache.hadoop.fs.Path bundles =
        new org.apache.hadoop.fs.Path(temporary.resolve("p").toString());
    Path copy = Path.of(found.publish(bundles, hadoop).toString());
    Files.delete(copy.resolve("tokenizer.json"));
    found.publish(bundles, hadoop);
    assertThat(copy.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(bundle.resolve("tokenizer.json"));
  }

  @Test
  void aMissingBundleIsNamed() {
    bundle = temporary.resolve("nowhere");
    assertMistake(bundle + ": the rater's rater.json cannot be read", "rate.raters");
  }

  @Test
  void whatIsNoPathIsRefused() {
    assertThatThrownBy(() -> RaterBundle.find("", new Configuration()))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll("rate.raters: '' is no path", "'builtin'");
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    write(definition -> {});
    Files.delete(bundle.resolve("tokenizer.json"));
    assertMistake(bundle + ": the rater's tokenizer.json cannot be read", "complete rater bundle");
  }

  @Test
  void anUnknownKindIsRefused() throws IOException {
    write(definition -> definition.put("kind", "oracle"));
    assertMistake(bundle + "/rater.json: not a rater definition", "oracle", "onnx-embedding");
  }

  @Test
  void anUnknownKeyIsRefused() throws IOException {
    write(definition -> definition.put("poolling", "mean"));
    assertMistake("rater.json: not a rater definition", "poolling");
  }

  @Test
  void everyProblemOfADefinitionIsToldAtOnce() throws IOException {
    write(
        definition -> {
          ((ObjectNode) definition.get("files")).remove("model.onnx");
          ((ObjectNode) definition.get("files")).put("../evil", "00");
          ((ObjectNode) definition.get("criteria").get(0)).put("name", "doc_id");
          ((ArrayNode) definition.get("criteria").get(1).get("weights")).remove(0);
          definition.put("tolerance", 0);
        });
    assertMistake(
        "'files' has no SHA-256 of model.onnx",
        "'../evil' in 'files' is not the plain name of a file",
        "the SHA-256 of ../evil is not 64",
        "'doc_id' cannot be the name of a criterion",
        "the weights of 'down' are missing or of another length",
        "'tolerance' must be above 0",
        "each of 'probes' needs");
  }

  @Test
  void aMissingKeyIsNamed() throws IOException {
    write(definition -> definition.remove("pooling"));
    assertMistake("rater.json: 'pooling' is missing");
  }

  @Test
  void aMissingFlagOrNumberIsNamed() throws IOException {
    write(definition -> definition.remove("normalise"));
    assertMistake("rater.json: 'normalise' is missing");
    write(definition -> definition.remove("tolerance"));
    assertMistake("rater.json: not a rater definition", "'tolerance'");
  }

  @Test
  void aMissingNumberInsideIsNamed() throws IOException {
    write(definition -> ((ObjectNode) definition.get("criteria").get(1)).remove("bias"));
    assertMistake("rater.json: 'bias' of 'down' is missing");
    write(definition -> ((ObjectNode) definition.get("chunk")).remove("minimumTail"));
    assertMistake("rater.json: not a rater definition ('chunk", "'minimumTail'");
  }

  @Test
  void aNumberThatIsNullIsNamed() throws IOException {
    write(definition -> ((ObjectNode) definition.get("chunk")).putNull("tokens"));
    assertMistake("rater.json: not a rater definition ('chunk.tokens': ");
  }

  @Test
  void keysOfTheOtherKindAreNamed() throws IOException {
    write(definition -> definition.put("activation", "none"));
    assertMistake(
        "'pooling' and 'normalise' are for onnx-embedding, 'activation' is for onnx-logits");
    write(definition -> definition.put("kind", "onnx-logits"));
    assertMistake("'activation' is missing", "'pooling' and 'normalise' are for onnx-embedding");
    write(definition -> definition.put("paddingToken", 0));
    assertMistake("'paddingToken' and the batch 'padded' belong together");
    write(definition -> ((ObjectNode) definition.get("criteria").get(1)).put("index", 0));
    assertMistake("'down' has an 'index', which is a class of onnx-logits");
  }

  @Test
  void aFirstCriterionWithoutWeightsIsNamed() throws IOException {
    write(definition -> ((ObjectNode) definition.get("criteria").get(0)).remove("weights"));
    assertMistake("rater.json: the weights of 'up' are missing or of another length.");
  }

  @Test
  void aWeightThatIsNullIsNamed() throws IOException {
    write(definition -> ((ArrayNode) definition.at("/criteria/1/weights")).setNull(0));
    assertMistake("rater.json: the weights of 'down' hold null.");
  }

  @Test
  void aCriterionWithoutANameIsTold() throws IOException {
    write(definition -> ((ObjectNode) definition.get("criteria").get(0)).remove("name"));
    assertMistake("rater.json: each of 'criteria' needs a 'name'");
    write(definition -> ((ArrayNode) definition.get("criteria")).setNull(0));
    assertMistake("rater.json: each of 'criteria' needs a 'name'");
  }

  @Test
  void aProbeThatIsNullOrHasANullScoreIsTold() throws IOException {
    write(definition -> ((ArrayNode) definition.get("probes")).setNull(0));
    assertMistake("rater.json: each of 'probes' needs a text and a score for each criterion");
    write(definition -> ((ObjectNode) definition.at("/probes/0/scores")).putNull("up"));
    assertMistake("rater.json: each of 'probes' needs a text and a score for each criterion");
  }

  @Test
  void aFailingProbeIsTold() throws IOException {
    write(
        definition -> ((ObjectNode) definition.get("probes").get(0).get("scores")).put("up", 12.0));
    assertMistake("probe 1 gives up = 11.0 here, but 12.0 is expected", "tolerance 0.001");
  }

  @Test
  void aProbeWithoutAScoreIsToldWithItsReason() throws IOException {
    write(definition -> ((ObjectNode) definition.get("probes").get(0)).put("text", "nan"));
    assertMistake("probe 1 gives up = NaN", "the model gives");
  }

  @Test
  void aGraphWithoutTheNamedOutputIsRefused() throws IOException {
    write(definition -> definition.put("output", "logits"));
    assertMistake("model.onnx: the graph has no output 'logits', but [states]", "rater.json");
  }

  @Test
  void headsThatAreWiderThanTheStatesAreRefused() throws IOException {
    write(
        definition ->
            definition
                .get("criteria")
                .forEach(criterion -> ((ArrayNode) criterion.get("weights")).add(1)));
    assertMistake("model.onnx: the output 'states' is TensorInfo(", "[batch, position, 3]");

    TinyBundle.replaceModel(bundle, TinyBundle.modelOfOpenWidth());
    assertMistake(
        "model.onnx: the output 'states' is of the shape [1, 2, 2] for 1 chunks of 2 tokens, but"
            + " hidden states are floats of the shape [batch, position, 3]");
  }

  @Test
  void aGraphWithoutTokenIdsIsRefused() throws IOException {
    write(definition -> {});
    TinyBundle.replaceModel(bundle, TinyBundle.model("pixels", "states"));
    assertMistake("no input 'input_ids'", "an input 'pixels' that nothing is known to feed");
  }

  @Test
  void whatIsNoGraphIsRefused() throws IOException {
    write(definition -> {});
    TinyBundle.replaceModel(bundle, "no graph".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertMistake("model.onnx: ONNX Runtime", "cannot open the graph");
  }

  @Test
  void chunksWithoutRoomAreRefused() throws IOException {
    write(
        definition ->
            definition
                .putObject("chunk")
                .put("tokens", 2)
                .put("specialTokens", "add")
                .put("minimumTail", 1));
    assertMistake("chunks of 2 tokens have no room beside 2 special tokens");
  }
}
