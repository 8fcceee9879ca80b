package io.gradus.jobs.ingest;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.job.UserMistake;
import io.gradus.common.tokenizer.NativeTokenizers;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.ModelFiles;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A {@code tokenizer.json} of the Hugging Face tokenizers library. What serves a model's input and
 * not the training stream is left out before it is loaded: truncation, padding, and the recognition
 * of special tokens in text, so that a text which mentions {@code <|endoftext|>} does not end
 * there.
 *
 * <p>Where {@link WordBorders} are known, words are remembered, and long texts tokenized in
 * stretches. What is not remembered is tokenized together, up to the stretch or, without borders,
 * the whole text, for which the library takes about 170 bytes of native memory for each byte
 * meanwhile. Where documents of many megabytes occur, {@code ingest.max-record-size} bounds that.
 */
final class TokenizerJson implements TokenizerDefinition {
  private static final long serialVersionUID = 1L;

  /** The usual names of the token that ends a document; the first that is there is taken. */
  private static final List<String> END_OF_TEXT_NAMES =
      List.of("<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "[SEP]");

  private final String label;
  private final String digest;
  private final int vocabularySize;
  private final int endOfText;
  private final byte[] json;

  private TokenizerJson(
      String label, String digest, int vocabularySize, int endOfText, byte[] json) {
    this.label = label;
    this.digest = digest;
    this.vocabularySize = vocabularySize;
    this.endOfText = endOfText;
    this.json = json;
  }

  /**
   * Reads and checks a definition.
   *
   * @param location the file, or a folder that has a {@code tokenizer.json}
   * @param endOfTextName the token that ends a document; empty to look for the usual names
   */
  static TokenizerJson load(Configuration hadoop, String location, String endOfTextName) {
    byte[] bytes = read(hadoop, location);
    ModelFiles.check(location, Fingerprint.sha256(bytes), hadoop);
    ObjectNode definition;
    try {
      if (!(new ObjectMapper().readTree(bytes) instanceof ObjectNode object)
          || !object.path("model").isObject()) {
        throw invalid(location, "it has no \"model\"", null);
      }
      definition = object;
    } catch (IOException e) {
      throw invalid(location, "it is not JSON", e);
    }
    Map<String, Integer> vocabulary = vocabulary(definition);
    int size = 1 + vocabulary.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
    if (size == 0) {
      throw invalid(location, "its vocabulary is empty", null);
    }
    TokenizerJson loaded =
        new TokenizerJson(
            location,
            Fingerprint.sha256(bytes),
            size,
            endOfText(location, vocabulary, endOfTextName),
            forOrdinaryText(definition));
    try (HuggingFaceTokenizer trial = loaded.openLibrary()) {
      encode(trial, "Does it load?");
    }
    return loaded;
  }

  /** The bytes of the file, wherever it lies. */
  static byte[] read(Configuration hadoop, String location) {
    try {
      Path path = ModelFiles.place(location, hadoop);
      var fileSystem = path.getFileSystem(hadoop);
      if (fileSystem.getFileStatus(path).isDirectory()) {
        path = new Path(path, "tokenizer.json");
      }
      try (InputStream in = fileSystem.open(path)) {
        return in.readAllBytes();
      }
    } catch (FileNotFoundException e) {
      throw new UserMistake(
          "ingest.tokenizer: there is no file '"
              + location
              + "'. Give gpt2, cl100k, o200k, or the path of a tokenizer.json.",
          e);
    } catch (IOException | IllegalArgumentException e) {
      throw invalid(location, "it cannot be read", e);
    }
  }

  /** Ids by token: the model's own vocabulary and the added tokens. */
  private static Map<String, Integer> vocabulary(ObjectNode definition) {
    Map<String, Integer> ids = new TreeMap<>();
    JsonNode vocab = definition.path("model").path("vocab");
    if (vocab.isObject()) {
      for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
        ids.put(entry.getKey(), entry.getValue().asInt());
      }
    } else {
      // A unigram model lists [token, score] in the order of ids.
      for (int id = 0; id < vocab.size(); id++) {
        ids.put(vocab.get(id).path(0).asText(), id);
      }
    }
    for (JsonNode added : definition.path("added_tokens")) {
      ids.put(added.path("content").asText(), added.path("id").asInt());
    }
    return ids;
  }

  private static int endOfText(String location, Map<String, Integer> vocabulary, String name) {
    if (!name.isEmpty()) {
      Integer id = vocabulary.get(name);
      if (id == null) {
        throw new UserMistake(
            "ingest.end-of-text: '"
                + location
                + "' has no token '"
                + name
                + "'"
                + Suggestion.nearest(name, vocabulary.keySet())
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse(". Give a token of its vocabulary."));
      }
      return id;
    }
    return END_OF_TEXT_NAMES.stream()
        .filter(vocabulary::containsKey)
        .map(vocabulary::get)
        .findFirst()
        .orElseThrow(
            () ->
                new UserMistake(
                    "ingest.end-of-text: '"
                        + location
                        + "' has none of "
                        + String.join(", ", END_OF_TEXT_NAMES)
                        + ". Set ingest.end-of-text to its token that ends a document."));
  }

  private static byte[] forOrdinaryText(ObjectNode definition) {
    ObjectNode ordinary = definition.deepCopy();
    ordinary.putNull("truncation");
    ordinary.putNull("padding");
    if (ordinary.get("added_tokens") instanceof ArrayNode added) {
      for (int i = added.size() - 1; i >= 0; i--) {
        if (added.get(i).path("special").asBoolean()) {
          added.remove(i);
        }
      }
    }
    try {
      return new ObjectMapper().writeValueAsBytes(ordinary);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static UserMistake invalid(String location, String problem, Exception cause) {
    return new UserMistake(
        "ingest.tokenizer: '"
            + location
            + "' is not a usable tokenizer.json: "
            + problem
            + (cause == null ? "" : " (" + cause.getMessage() + ")")
            + ". Give gpt2, cl100k, o200k, or a tokenizer.json that the tokenizers library reads.",
        cause);
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int endOfText() {
    return endOfText;
  }

  @Override
  public Tokenizer open() {
    HuggingFaceTokenizer library = openLibrary();
    Tokenizer tokenizer = text -> encode(library, text);
    JsonNode definition = definition();
    return WordBorders.of(definition)
        .<Tokenizer>map(
            borders ->
                new RememberedWords(tokenizer, borders, borders.addedTokensBeyond(definition)))
        .orElse(tokenizer);
  }

  private JsonNode definition() {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HuggingFaceTokenizer openLibrary() {
    NativeTokenizers.prepare();
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json),
          Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
    } catch (IOException | RuntimeException e) {
      throw invalid(label, "it does not load", e);
    }
  }

  private static int[] encode(HuggingFaceTokenizer tokenizer, String text) {
    long[] ids = NativeTokenizers.ids(tokenizer, text);
    int[] tokens = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      tokens[i] = Math.toIntExact(ids[i]);
    }
    return tokens;
  }
}
