package io.gradus.jobs.rate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.RatingsTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * {@code rater.json}: what a bundle's model is and how its output becomes scores. {@code
 * docs/rater-bundles.md} says which keys a kind has.
 *
 * @param formatVersion 1
 * @param name the rater's name
 * @param version the rater's version
 * @param licence the licence of the model and of what was made from it
 * @param description what the scores mean, for people
 * @param kind how the graph is used
 * @param precision of the weights, such as {@code fp32} or {@code int8}
 * @param chunk how documents are cut
 * @param batch which chunks may share a run of the graph
 * @param paddingToken the id that fills a padded row, or null
 * @param output the name of the graph's output: hidden states [batch, position, width] or logits
 *     [batch, classes]
 * @param pooling how the states of a chunk become one vector; null for logits
 * @param normalise whether that vector is scaled to length 1; null for logits
 * @param activation what is done to logits; null for hidden states
 * @param criteria what is scored
 * @param files SHA-256 of {@value #MODEL}, of {@value #TOKENIZER} and of the model's further files
 * @param tolerance the largest difference that a probe may show
 * @param probes texts with known scores
 * @param gate how far scores are from those of the model in full precision, where the bundle's
 *     maker measured it, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RaterDefinition(
    int formatVersion,
    String name,
    String version,
    String licence,
    String description,
    Kind kind,
    String precision,
    Chunking chunk,
    Batch batch,
    Long paddingToken,
    String output,
    Pooling pooling,
    Boolean normalise,
    Activation activation,
    List<Criterion> criteria,
    Map<String, String> files,
    @JsonProperty(required = true) double tolerance,
    List<Probe> probes,
    Gate gate) {
  static final String FILE = "rater.json";
  static final String MODEL = "model.onnx";
  static final String TOKENIZER = "tokenizer.json";
  static final int FORMAT_VERSION = 1;

  /** Columns of Gradus's own beside the criteria; no criterion may have such a name. */
  static final Set<String> TAKEN =
      Set.of(
          DocumentsTable.DOC_ID,
          DocumentsTable.SOURCE,
          DocumentsTable.N_TOKENS,
          RatingsTable.N_CHUNKS,
          RaterFile.N_RATER_TOKENS,
          RaterFile.FAILURE,
          RaterFile.DETAIL,
          ChunkFile.CHUNK,
          ChunkFile.START,
          ChunkFile.TOKENS);

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  enum Kind {
    /** The graph gives hidden states; pooling and linear heads make scores of them. */
    @JsonProperty("onnx-embedding")
    ONNX_EMBEDDING("onnx-embedding"),
    /** The graph gives logits, one for each class. */
    @JsonProperty("onnx-logits")
    ONNX_LOGITS("onnx-logits");

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    /** As in {@code rater.json}. */
    String key() {
      return key;
    }
  }

  enum SpecialTokens {
    @JsonProperty("none")
    NONE,
    /** The tokenizer's own are put around each chunk, within the chunk's limit. */
    @JsonProperty("add")
    ADD
  }

  enum Batch {
    /**
     * One chunk a run: for graphs that quantise activations by what the whole batch holds, such as
     * ONNX's DynamicQuantizeLinear, where a chunk's score would depend on the others.
     */
    @JsonProperty("single")
    SINGLE,
    /** Chunks of equal length together, so that nothing is padded. */
    @JsonProperty("equal-length")
    EQUAL_LENGTH,
    /**
     * Chunks of different lengths too, the shorter ones padded on the right and the padding masked,
     * where the device is faster with few shapes.
     */
    @JsonProperty("padded")
    PADDED
  }

  /**
   * How documents are cut.
   *
   * @param tokens the most that the model sees at once, special tokens included
   * @param specialTokens what is put around each chunk
   * @param minimumTail a last chunk with fewer tokens is left out, unless it is the only one
   */
  record Chunking(
      @JsonProperty(required = true) int tokens,
      SpecialTokens specialTokens,
      @JsonProperty(required = true) int minimumTail) {}

  /**
   * A criterion: {@code weights . vector + bias}, the vector being a chunk's pooled states or its
   * activated logits, or one of these logits.
   *
   * @param name the column's name
   * @param index of the logit; null where there are weights
   * @param weights as many as the vector is long; null where there is an index
   * @param offset null where there is an index
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Criterion(
      String name, Integer index, List<Double> weights, @JsonProperty("bias") Double offset) {
    double bias() {
      return offset == null ? 0 : offset;
    }
  }

  /**
   * A text whose scores are known.
   *
   * @param scores by criterion
   */
  record Probe(String text, Map<String, Double> scores) {}

  /**
   * How far scores are from full precision.
   *
   * @param comparedWith the precision compared with
   * @param texts how many texts were compared
   * @param maximumDifference the largest difference of a score
   * @param rankCorrelation Spearman's, the lowest of all criteria
   */
  record Gate(
      String comparedWith,
      @JsonProperty(required = true) int texts,
      @JsonProperty(required = true) double maximumDifference,
      @JsonProperty(required = true) double rankCorrelation) {}

  /** What the graph must give, its width 0 where only the graph knows it. */
  ModelGraph.Output graphOutput() {
    return new ModelGraph.Output(
        output,
        kind == Kind.ONNX_LOGITS ? ModelGraph.Shape.LOGITS : ModelGraph.Shape.STATES,
        width());
  }

  List<String> criterionNames() {
    return criteria.stream().map(Criterion::name).toList();
  }

  /**
   * Reads and checks a definition.
   *
   * @param place where it lies, for messages
   */
  static RaterDefinition read(byte[] json, String place) {
    RaterDefinition definition;
    try {
      definition = STRICT.readValue(json, RaterDefinition.class);
    } catch (JsonProcessingException e) {
      throw new UserMistake(
          place
              + ": not a rater definition ("
              + keyOf(e)
              + e.getOriginalMessage()
              + "). Mend it after the bundle format in docs/rater-bundles.md.",
          e);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    List<String> problems = definition == null ? List.of("it is null") : definition.problems();
    if (!problems.isEmpty()) {
      throw new UserMistake(
          place
              + ": "
              + String.join("; ", problems)
              + ". Mend it after the bundle format in docs/rater-bundles.md.");
    }
    return definition;
  }

  /** Such as {@code 'criteria[0].bias': }. */
  private static String keyOf(JsonProcessingException e) {
    StringBuilder key = new StringBuilder();
    if (e instanceof JsonMappingException mapping) {
      for (JsonMappingException.Reference step : mapping.getPath()) {
        if (step.getFieldName() == null) {
          key.append('[').append(step.getIndex()).append(']');
        } else {
          key.append(key.isEmpty() ? "" : ".").append(step.getFieldName());
        }
      }
    }
    return key.isEmpty() ? "" : "'" + key + "': ";
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (formatVersion != FORMAT_VERSION) {
      problems.add("'formatVersion' is " + formatVersion + ", this Gradus reads " + FORMAT_VERSION);
    }
    String[] keys = {
      "name",
      "version",
      "licence",
      "kind",
      "precision",
      "chunk",
      "batch",
      "output",
      "criteria",
      "files",
      "probes"
    };
    Object[] values = {
      name, version, licence, kind, precision, chunk, batch, output, criteria, files, probes
    };
    for (int i = 0; i < keys.length; i++) {
      if (values[i] == null) {
        problems.add("'" + keys[i] + "' is missing");
      }
    }
    if (!problems.isEmpty()) {
      return problems;
    }
    if (chunk.specialTokens() == null || chunk.tokens() < 1 || chunk.minimumTail() < 1) {
      problems.add(
          "'chunk' needs tokens and minimumTail of at least 1, and specialTokens none or add");
    }
    if ((batch == Batch.PADDED) != (paddingToken != null)) {
      problems.add("'paddingToken' and the batch 'padded' belong together");
    }
    boolean logits = kind == Kind.ONNX_LOGITS;
    if (logits && activation == null) {
      problems.add("'activation' is missing");
    }
    if (!logits && pooling == null) {
      problems.add("'pooling' is missing");
    }
    if (!logits && normalise == null) {
      problems.add("'normalise' is missing");
    }
    if (logits ? pooling != null || normalise != null : activation != null) {
      problems.add(
          "'pooling' and 'normalise' are for onnx-embedding, 'activation' is for onnx-logits");
    }
    checkCriteria(problems);
    checkFiles(problems);
    if (!(tolerance > 0)) {
      problems.add("'tolerance' must be above 0");
    }
    checkProbes(problems);
    return problems;
  }

  private void checkProbes(List<String> problems) {
    if (probes.isEmpty()) {
      problems.add("'probes' is empty, and nothing would prove that scores are the model's");
    }
    Set<String> scored = new HashSet<>();
    criteria.stream().filter(Objects::nonNull).map(Criterion::name).forEach(scored::add);
    for (Probe probe : probes) {
      if (probe == null
          || probe.text() == null
          || probe.scores() == null
          || !probe.scores().keySet().equals(scored)
          || probe.scores().containsValue(null)) {
        problems.add("each of 'probes' needs a text and a score for each criterion");
        break;
      }
    }
  }

  private void checkCriteria(List<String> problems) {
    if (criteria.isEmpty()) {
      problems.add("'criteria' is empty");
    }
    Set<String> names = new HashSet<>();
    int width = width();
    for (Criterion criterion : criteria) {
      if (criterion == null || criterion.name() == null) {
        problems.add("each of 'criteria' needs a 'name'");
        continue;
      }
      String criterionName = criterion.name();
      if (!criterionName.matches("[A-Za-z][A-Za-z0-9_]*") || TAKEN.contains(criterionName)) {
        problems.add("'" + criterionName + "' cannot be the name of a criterion");
      } else if (!names.add(criterionName)) {
        problems.add("'" + criterionName + "' comes twice in 'criteria'");
      }
      if (criterion.index() != null) {
        if (kind != Kind.ONNX_LOGITS
            || criterion.weights() != null
            || criterion.offset() != null
            || criterion.index() < 0) {
          problems.add(
              "'"
                  + criterionName
                  + "' has an 'index', which is a class of onnx-logits, from 0, in place of weights and bias");
        }
        continue;
      }
      if (criterion.weights() == null
          || criterion.weights().isEmpty()
          || criterion.weights().size() != width) {
        problems.add("the weights of '" + criterionName + "' are missing or of another length");
      } else if (criterion.weights().contains(null)) {
        problems.add("the weights of '" + criterionName + "' hold null");
      }
      if (criterion.offset() == null) {
        problems.add("'bias' of '" + criterionName + "' is missing");
      }
    }
  }

  /** As many weights as the first criterion that has any. */
  private int width() {
    return criteria.stream()
        .filter(criterion -> criterion != null && criterion.weights() != null)
        .mapToInt(criterion -> criterion.weights().size())
        .findFirst()
        .orElse(0);
  }

  private void checkFiles(List<String> problems) {
    for (String required : List.of(MODEL, TOKENIZER)) {
      if (!files.containsKey(required)) {
        problems.add("'files' has no SHA-256 of " + required);
      }
    }
    files.forEach(
        (file, digest) -> {
          if (!file.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*") || file.equals(FILE)) {
            problems.add("'" + file + "' in 'files' is not the plain name of a file");
          }
          if (digest == null || !digest.matches("[0-9a-f]{64}")) {
            problems.add("the SHA-256 of " + file + " is not 64 lower-case hexadecimal digits");
          }
        });
  }
}
