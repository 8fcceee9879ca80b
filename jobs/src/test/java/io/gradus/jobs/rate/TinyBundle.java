package io.gradus.jobs.rate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.workspace.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A real bundle small enough to be computed by hand: the graph looks up a vector for each token.
 * {@code a} is (1, 0), {@code b} is (0, 2), {@code nan} is (NaN, 0), {@code far} has no vector and
 * makes the graph fail, every other word and the special tokens are (0, 0). The heads are {@code x
 * + 10 y + 0.5} and {@code -x}.
 */
public final class TinyBundle {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final float[][] VECTORS = {{0, 0}, {0, 0}, {0, 0}, {1, 0}, {0, 2}, {Float.NaN, 0}};

  private TinyBundle() {}

  public static Path write(Path folder) throws IOException {
    return write(folder, definition -> {});
  }

  /**
   * Writes the bundle with a byte-level tokenizer, as Llama's and GPT's are: {@code a} and {@code
   * b} are themselves and every other byte is unlike them.
   */
  static Path writeByteLevel(Path folder, Consumer<ObjectNode> change) throws IOException {
    write(
        folder,
        definition -> {
          change.accept(definition);
          anyScores(definition);
        });
    ObjectNode tokenizer = (ObjectNode) JSON.readTree(tokenizer());
    tokenizer
        .putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    ObjectNode model = tokenizer.putObject("model").put("type", "BPE");
    model.putArray("merges").add("a b");
    ObjectNode vocabulary = model.putObject("vocab");
    vocabulary.put("a", 3).put("b", 4);
    // The stand-ins for the 256 bytes, of which those that are visible stand for themselves.
    int beyond = 256;
    for (int i = 0; i < 256; i++) {
      boolean visible = (i >= '!' && i <= '~') || (i >= 0xa1 && i <= 0xac) || i >= 0xae;
      String letter = Character.toString(visible ? i : beyond++);
      if (!vocabulary.has(letter)) {
        vocabulary.put(letter, i % 3);
      }
    }
    vocabulary.put("ab", 2);
    replace(folder, "tokenizer.json", tokenizer.toString().getBytes(StandardCharsets.UTF_8));
    return folder;
  }

  /** Writes the bundle with a change to its {@code rater.json}. */
  static Path write(Path folder, Consumer<ObjectNode> change) throws IOException {
    Files.createDirectories(folder);
    byte[] model = model("input_ids", "states");
    byte[] tokenizer = tokenizer().getBytes(StandardCharsets.UTF_8);
    Files.write(folder.resolve("model.onnx"), model);
    Files.write(folder.resolve("tokenizer.json"), tokenizer);
    ObjectNode definition =
        (ObjectNode)
            JSON.readTree(
                """
                { "formatVersion": 1, "name": "tiny", "version": "3", "licence": "CC0-1.0",
                  "description": "by hand", "kind": "onnx-embedding", "precision": "fp32",
                  "chunk": { "tokens": 4, "specialTokens": "none", "minimumTail": 1 },
                  "batch": "equal-length", "output": "states", "pooling": "mean",
                  "normalise": false,
                  "criteria": [ { "name": "up", "weights": [1, 10], "bias": 0.5 },
                                { "name": "down", "weights": [-1, 0], "bias": 0 } ],
                  "tolerance": 0.001,
                  "probes": [ { "text": "a b", "scores": { "up": 11.0, "down": -0.5 } } ] }
                """);
    ObjectNode files = definition.putObject("files");
    files.put("model.onnx", Fingerprint.sha256(model));
    files.put("tokenizer.json", Fingerprint.sha256(tokenizer));
    change.accept(definition);
    Files.writeString(folder.resolve("rater.json"), definition.toPrettyString());
    return folder;
  }

  /** Puts another graph into a bundle, with its digest. */
  static void replaceModel(Path folder, byte[] model) throws IOException {
    replace(folder, "model.onnx", model);
  }

  private static void replace(Path folder, String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
    Path file = folder.resolve("rater.json");
    ObjectNode definition = (ObjectNode) JSON.readTree(Files.readString(file));
    ((ObjectNode) definition.get("files")).put(name, Fingerprint.sha256(content));
    Files.writeString(file, definition.toPrettyString());
  }

  private static String tokenizer() {
    return """
    { "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
      "normalizer": null, "pre_tokenizer": { "type": "WhitespaceSplit" },
      "post_processor": { "type": "TemplateProcessing",
        "single": [ { "SpecialToken": { "id": "[CLS]", "type_id": 0 } },
                    { "Sequence": { "id": "A", "type_id": 0 } },
                    { "SpecialToken": { "id": "[SEP]", "type_id": 0 } } ],
        "pair": [ { "Sequence": { "id": "A", "type_id": 0 } },
                  { "Sequence": { "id": "B", "type_id": 1 } } ],
        "special_tokens": { "[CLS]": { "id": "[CLS]", "ids": [1], "tokens": ["[CLS]"] },
                            "[SEP]": { "id": "[SEP]", "ids": [2], "tokens": ["[SEP]"] } } },
      "decoder": null,
      "model": { "type": "WordLevel", "unk_token": "[UNK]",
        "vocab": { "[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "b": 4, "nan": 5, "far": 99 } } }
    """;
  }

  /** An ONNX model of one Gather node, in the format's protocol-buffer encoding. */
  static byte[] model(String input, String output) {
    return model(input, output, new Message().message(1, gather(input, output)));
  }

  /** The same graph, but how wide its output is can only be known by running it. */
  static byte[] modelOfOpenWidth() {
    Message axis = new Message().text(1, "axis").number(3, 2).number(20, 2);
    Message compress =
        new Message()
            .text(1, "all")
            .text(1, "kept")
            .text(2, "states")
            .text(4, "Compress")
            .message(5, axis);
    Message kept =
        new Message().number(1, 2).number(2, 9).text(8, "kept").bytes(9, new byte[] {1, 1});
    return model(
        "input_ids",
        "states",
        new Message().message(1, gather("input_ids", "all")).message(1, compress).message(5, kept));
  }

  /**
   * The same graph, but a batch of more than so many rows asks for 4 TB of memory on the way, which
   * ONNX Runtime's allocator really does not get.
   */
  static byte[] modelForAtMost(int rows) {
    return modelWithLimit(0, rows);
  }

  /** The same, for rows of more than so many positions. */
  static byte[] modelForAtMostPositions(int positions) {
    return modelWithLimit(1, positions);
  }

  private static byte[] modelWithLimit(int dimension, int most) {
    Message shape = new Message().text(1, "input_ids").text(2, "shape").text(4, "Shape");
    Message first = node("Gather", "count", "shape", "dimension");
    Message less = node("Sub", "others", "count", "one");
    Message times = node("Div", "excess", "others", "most");
    Message huge = node("Mul", "elements", "excess", "tera");
    Message some = node("Add", "size", "elements", "one");
    Message vector = node("ConstantOfShape", "block", "size");
    Message slice = node("Slice", "nothing", "block", "zero", "one");
    Message sum = node("Add", "states", "all", "nothing");
    return model(
        "input_ids",
        "states",
        new Message()
            .message(1, gather("input_ids", "all"))
            .message(1, shape)
            .message(1, first)
            .message(1, less)
            .message(1, times)
            .message(1, huge)
            .message(1, some)
            .message(1, vector)
            .message(1, slice)
            .message(1, sum)
            .message(5, constant("zero", 0))
            .message(5, constant("dimension", dimension))
            .message(5, constant("one", 1))
            .message(5, constant("most", most))
            .message(5, constant("tera", 1L << 40)));
  }

  /**
   * A graph that gives logits, [batch, 3]: the means of the two vector places over the positions
   * that the mask keeps, and their sum. Without a mask the padding's vectors would count.
   */
  static byte[] logits() {
    Message cast = node("Cast", "mask", "attention_mask").message(5, attribute("to", 1));
    Message column = node("Unsqueeze", "weights", "mask", "last");
    Message kept = node("Mul", "kept", "all", "weights");
    Message sums = node("ReduceSum", "sums", "kept", "middle").message(5, attribute("keepdims", 0));
    Message counts =
        node("ReduceSum", "counts", "weights", "middle").message(5, attribute("keepdims", 0));
    Message means = node("Div", "means", "sums", "counts");
    Message total = node("ReduceSum", "total", "means", "middle");
    Message joined = node("Concat", "logits", "means", "total").message(5, attribute("axis", 1));
    return model(
        new Message()
            .message(1, gather("input_ids", "all"))
            .message(1, cast)
            .message(1, column)
            .message(1, kept)
            .message(1, sums)
            .message(1, counts)
            .message(1, means)
            .message(1, total)
            .message(1, joined)
            .message(5, constant("last", 2))
            .message(5, constant("middle", 1))
            .message(11, value("input_ids", 7, "batch", "position"))
            .message(11, value("attention_mask", 7, "batch", "position"))
            .message(12, fixedValue("logits", 3)));
  }

  /** A bundle of {@link #logits}. */
  static Path writeLogits(Path folder, Consumer<ObjectNode> change) throws IOException {
    write(
        folder,
        definition -> {
          definition.put("kind", "onnx-logits").put("output", "logits").put("activation", "none");
          definition.put("batch", "padded").put("paddingToken", 4);
          definition.remove("pooling");
          definition.remove("normalise");
          definition.putArray("criteria").addObject().put("name", "both").put("index", 2);
          change.accept(definition);
          anyScores(definition);
        });
    replaceModel(folder, logits());
    return folder;
  }

  /** A probe that every graph passes. */
  private static void anyScores(ObjectNode definition) {
    definition.put("tolerance", 1e9);
    ObjectNode probe = definition.putArray("probes").addObject().put("text", "a b");
    ObjectNode scores = probe.putObject("scores");
    definition.get("criteria").forEach(criterion -> scores.put(criterion.get("name").asText(), 0));
  }

  private static Message node(String operator, String output, String... inputs) {
    Message node = new Message();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(4, operator);
  }

  private static Message attribute(String name, long value) {
    return new Message().text(1, name).number(3, value).number(20, 2);
  }

  private static Message constant(String name, long value) {
    return new Message().number(1, 1).number(2, 7).number(7, value).text(8, name);
  }

  private static Message gather(String input, String output) {
    return new Message().text(1, "vectors").text(1, input).text(2, output).text(4, "Gather");
  }

  private static byte[] model(String input, String output, Message graph) {
    return model(
        graph
            .message(11, value(input, 7, "batch", "position"))
            .message(12, value(output, 1, "batch", "position", "width")));
  }

  private static byte[] model(Message graph) {
    ByteBuffer raw =
        ByteBuffer.allocate(VECTORS.length * 2 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] vector : VECTORS) {
      raw.putFloat(vector[0]).putFloat(vector[1]);
    }
    Message vectors =
        new Message()
            .number(1, VECTORS.length)
            .number(1, 2)
            .number(2, 1)
            .text(8, "vectors")
            .bytes(9, raw.array());
    graph.text(2, "tiny").message(5, vectors);
    return new Message()
        .number(1, 8)
        .message(7, graph)
        .message(8, new Message().text(1, "").number(2, 13))
        .toBytes();
  }

  private static Message value(String name, int type, String... dimensions) {
    Message shape = new Message();
    for (String dimension : dimensions) {
      shape.message(1, new Message().text(2, dimension));
    }
    Message tensor = new Message().number(1, type).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  private static Message fixedValue(String name, long width) {
    Message shape =
        new Message()
            .message(1, new Message().text(2, "batch"))
            .message(1, new Message().number(1, width));
    Message tensor = new Message().number(1, 1).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** A protocol-buffer message under construction. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message text(int field, String text) {
      return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message message) {
      return bytes(field, message.toBytes());
    }

    Message bytes(int field, byte[] content) {
      varint(((long) field << 3) | 2);
      varint(content.length);
      bytes.writeBytes(content);
      return this;
    }

    byte[] toBytes() {
      return bytes.toByteArray();
    }

    private void varint(long value) {
      long rest = value;
      while (rest >= 0x80) {
        bytes.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      bytes.write((int) rest);
    }
  }
}
