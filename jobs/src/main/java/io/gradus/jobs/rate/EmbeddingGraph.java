package io.gradus.jobs.rate;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.gradus.common.job.UserMistake;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A graph from token ids to hidden states, on the CPU; may be run by several threads. Runs give the
 * same bits every time: operators run one after the other, and the threads inside an operator split
 * rows, not sums.
 */
final class EmbeddingGraph implements AutoCloseable {
  private static final String INPUT_IDS = "input_ids";
  private static final String ATTENTION_MASK = "attention_mask";
  private static final String TOKEN_TYPE_IDS = "token_type_ids";

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession.SessionOptions options;
  private final OrtSession session;
  private final Set<String> inputs;
  private final String output;
  private final int width;
  private final String file;

  /**
   * Opens a graph.
   *
   * @param output the name of the output with the hidden states
   * @param width how wide they are
   * @param threads inside an operator
   * @param place where the bundle lies, for messages
   */
  EmbeddingGraph(Path model, String output, int width, int threads, String place) {
    this.output = output;
    this.width = width;
    this.file = place + "/" + RaterDefinition.MODEL;
    // The options must outlive the session, so they are closed with it.
    options = new OrtSession.SessionOptions();
    OrtSession opened = null;
    boolean usable = false;
    try {
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      // Errors come as exceptions, and are counted; they need no second line on the console.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      opened = environment.createSession(model.toString(), options);
      inputs = Set.copyOf(opened.getInputNames());
      checkInputs(opened.getInputInfo());
      checkOutput(opened.getOutputInfo());
      usable = true;
    } catch (OrtException e) {
      throw new UserMistake(
          file
              + ": ONNX Runtime "
              + environment.getVersion()
              + " cannot open the graph ("
              + e.getMessage()
              + "). Export it again, for an operator set that this version knows.",
          e);
    } finally {
      if (!usable) {
        close(opened, options);
      }
    }
    session = opened;
  }

  static String runtimeVersion() {
    return OrtEnvironment.getEnvironment().getVersion();
  }

  private void checkInputs(Map<String, NodeInfo> inputs) {
    Set<String> known = Set.of(INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS);
    List<String> problems = new ArrayList<>();
    if (!inputs.containsKey(INPUT_IDS)) {
      problems.add("no input '" + INPUT_IDS + "'");
    }
    inputs.forEach(
        (name, node) -> {
          if (!known.contains(name)) {
            problems.add("an input '" + name + "' that nothing is known to feed");
          } else if (!(node.getInfo() instanceof TensorInfo tensor)
              || tensor.type != OnnxJavaType.INT64) {
            problems.add("an input '" + name + "' that does not take 64-bit integers");
          }
        });
    if (!problems.isEmpty()) {
      throw new UserMistake(
          file
              + ": the graph has "
              + String.join(", and ", problems)
              + ". Export it with int64 inputs from "
              + new TreeSet<>(known)
              + ".");
    }
  }

  private void checkOutput(Map<String, NodeInfo> outputs) {
    NodeInfo node = outputs.get(output);
    if (node == null) {
      throw new UserMistake(
          file
              + ": the graph has no output '"
              + output
              + "', but "
              + outputs.keySet()
              + ". Name one of these as 'output' in "
              + RaterDefinition.FILE
              + ".");
    }
    boolean fits =
        node.getInfo() instanceof TensorInfo tensor
            && tensor.type == OnnxJavaType.FLOAT
            && tensor.getShape().length == 3
            && (tensor.getShape()[2] == width || tensor.getShape()[2] < 0);
    if (!fits) {
      throw unfit(String.valueOf(node.getInfo()));
    }
  }

  private UserMistake unfit(String found) {
    return new UserMistake(
        file
            + ": the output '"
            + output
            + "' is "
            + found
            + ", but hidden states are floats of the shape [batch, position, "
            + width
            + "], as many as a head has weights. Name another 'output', or mend the heads, in "
            + RaterDefinition.FILE
            + ".");
  }

  /**
   * Runs the graph.
   *
   * @param ids token ids, [rows, positions], row after row; no padding
   * @return hidden states, [rows, positions, width], row after row
   * @throws UserMistake when the graph gives another shape
   */
  float[] run(long[] ids, int rows, int positions) throws OrtException {
    long[] shape = {rows, positions};
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), shape);
        OnnxTensor mask = OnnxTensor.createTensor(environment, LongBuffer.wrap(ones), shape);
        OnnxTensor types =
            OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[ids.length]), shape)) {
      Map<String, OnnxTensorLike> feed = new LinkedHashMap<>();
      feed.put(INPUT_IDS, idTensor);
      feed.put(ATTENTION_MASK, mask);
      feed.put(TOKEN_TYPE_IDS, types);
      feed.keySet().retainAll(inputs);
      try (OrtSession.Result result = session.run(feed, Set.of(output))) {
        OnnxTensor tensor = (OnnxTensor) result.get(0);
        // Where the graph leaves a dimension open, only a run tells how large it is.
        long[] expected = {rows, positions, width};
        if (!Arrays.equals(tensor.getInfo().getShape(), expected)) {
          throw unfit(
              "of the shape "
                  + Arrays.toString(tensor.getInfo().getShape())
                  + " for "
                  + rows
                  + " chunks of "
                  + positions
                  + " tokens");
        }
        FloatBuffer states = tensor.getFloatBuffer();
        float[] copy = new float[states.remaining()];
        states.get(copy);
        return copy;
      }
    }
  }

  @Override
  public void close() {
    close(session, options);
  }

  private static void close(OrtSession session, OrtSession.SessionOptions options) {
    try (options) {
      if (session != null) {
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
