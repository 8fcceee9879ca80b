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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * A graph from token ids to floats: hidden states or logits. Its {@link Lane}s may run at the same
 * time. Runs give the same bits every time: operators run one after the other, and the threads
 * inside an operator split rows, not sums.
 */
final class ModelGraph implements AutoCloseable {
  private static final String INPUT_IDS = "input_ids";
  private static final String ATTENTION_MASK = "attention_mask";
  private static final String TOKEN_TYPE_IDS = "token_type_ids";

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession.SessionOptions options;
  private final OrtSession session;
  private final Set<String> inputs;
  private Output output;
  private final String file;
  private final Device device;

  /**
   * What a graph gives.
   *
   * @param name the output's name
   * @param shape of the output
   * @param width the length of its last dimension; 0 to take it from the graph
   */
  record Output(String name, Shape shape, int width) {
    /** Floats that the graph gives for so many rows of so many positions. */
    long[] dimensions(int rows, int positions) {
      return shape == Shape.STATES ? new long[] {rows, positions, width} : new long[] {rows, width};
    }

    /** Floats for one row. */
    int rowSize(int positions) {
      return shape == Shape.STATES ? positions * width : width;
    }
  }

  /** The dimensions of an output. */
  enum Shape {
    /** [batch, position, width]. */
    STATES,
    /** [batch, width]. */
    LOGITS
  }

  /**
   * Opens a graph.
   *
   * @param threads inside an operator, on the processor
   * @param place where the bundle lies, for messages
   */
  ModelGraph(
      Path model,
      Output output,
      int threads,
      Hardware hardware,
      ExecutionProviders providers,
      String place) {
    this.device = hardware.device();
    this.output = output;
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
      providers.add(options, device, hardware.config(), hardware.engines());
      GraphPlacement.record(options, device, model.getParent());
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
    NodeInfo node = outputs.get(output.name());
    if (node == null) {
      throw new UserMistake(
          file
              + ": the graph has no output '"
              + output.name()
              + "', but "
              + outputs.keySet()
              + ". Name one of these as 'output' in "
              + RaterDefinition.FILE
              + ".");
    }
    int rank = output.dimensions(1, 1).length;
    boolean fits =
        node.getInfo() instanceof TensorInfo tensor
            && tensor.type == OnnxJavaType.FLOAT
            && tensor.getShape().length == rank
            && fits(tensor.getShape()[rank - 1]);
    if (!fits) {
      throw unfit(String.valueOf(node.getInfo()));
    }
    if (output.width() == 0) {
      long width = ((TensorInfo) node.getInfo()).getShape()[rank - 1];
      output = new Output(output.name(), output.shape(), Math.toIntExact(width));
    }
  }

  /** A dimension that is left open, as -1, fits where the definition says how long it is. */
  private boolean fits(long width) {
    return output.width() == 0 ? width > 0 : width == output.width() || width < 0;
  }

  private UserMistake unfit(String found) {
    String expected =
        output.shape() == Shape.STATES
            ? "hidden states are floats of the shape [batch, position, "
                + output.width()
                + "], as many as a head has weights"
            : "logits are floats of the shape [batch, "
                + (output.width() == 0 ? "number of classes" : "" + output.width())
                + "]";
    return new UserMistake(
        file
            + ": the output '"
            + output.name()
            + "' is "
            + found
            + ", but "
            + expected
            + ". Name another 'output', or mend the criteria, in "
            + RaterDefinition.FILE
            + ".");
  }

  /**
   * Makes sure, once after the first runs, that the device did the work and not the processor in
   * its place.
   */
  void checkPlacement() {
    if (device.isGpu()) {
      try {
        GraphPlacement.read(session).check(device, file);
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Inputs and output, for people. */
  String summary() {
    return "inputs "
        + String.join(", ", new TreeSet<>(inputs))
        + "; output "
        + output.name()
        + (output.shape() == Shape.STATES ? " [batch, position, " : " [batch, ")
        + output.width()
        + "]";
  }

  /** Whether padded positions can be hidden from the graph. */
  boolean takesMask() {
    return inputs.contains(ATTENTION_MASK);
  }

  Output output() {
    return output;
  }

  /**
   * Buffers for one thread's runs.
   *
   * @param positions the most that a batch may have
   */
  Lane lane(int positions) {
    return new Lane(positions);
  }

  /**
   * One thread's way through the graph: inputs and output lie in buffers that are used again and
   * that the session reads and writes in place.
   */
  final class Lane {
    private final LongBuffer ids;
    private final LongBuffer mask;
    private final LongBuffer types;
    private final FloatBuffer floats;
    private final float[] copy;
    private boolean shapeKnown;

    private Lane(int positions) {
      ids = direct(positions * Long.BYTES).asLongBuffer();
      mask = direct(positions * Long.BYTES).asLongBuffer();
      types = direct(positions * Long.BYTES).asLongBuffer();
      int size = positions * output.rowSize(1);
      floats = direct(size * Float.BYTES).asFloatBuffer();
      copy = new float[size];
    }

    private static ByteBuffer direct(int bytes) {
      return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /**
     * Puts a row where the next {@link #run} finds it.
     *
     * @param tokens ids; those behind {@code length} are padding
     * @param positions how many ids there are
     */
    void put(int row, long[] tokens, int length, int positions) {
      ids.put(row * positions, tokens, 0, positions);
      for (int i = 0; i < positions; i++) {
        mask.put(row * positions + i, i < length ? 1 : 0);
      }
    }

    /**
     * Runs the graph on the rows that were put.
     *
     * @return the output, row after row; valid until the next run
     * @throws UserMistake when the graph gives another shape
     */
    float[] run(int rows, int positions) throws OrtException {
      long[] shape = {rows, positions};
      int size = rows * output.rowSize(positions);
      try (OnnxTensor idTensor = tensor(ids, shape);
          OnnxTensor maskTensor = tensor(mask, shape);
          OnnxTensor typeTensor = tensor(types, shape)) {
        Map<String, OnnxTensorLike> feed = new LinkedHashMap<>();
        feed.put(INPUT_IDS, idTensor);
        feed.put(ATTENTION_MASK, maskTensor);
        feed.put(TOKEN_TYPE_IDS, typeTensor);
        feed.keySet().retainAll(inputs);
        if (!shapeKnown) {
          // Where the graph leaves a dimension open, only a run tells how large it is.
          try (OrtSession.Result result = session.run(feed, Set.of(output.name()))) {
            OnnxTensor tensor = (OnnxTensor) result.get(0);
            checkShape(tensor.getInfo().getShape(), rows, positions);
            tensor.getFloatBuffer().get(copy, 0, size);
            shapeKnown = true;
          }
        } else {
          try (OnnxTensor target =
              OnnxTensor.createTensor(
                  environment,
                  floats.duplicate().limit(size),
                  output.dimensions(rows, positions))) {
            // The result holds nothing but the target.
            session.run(feed, Map.of(output.name(), target)).close();
            floats.get(0, copy, 0, size);
          }
        }
        return copy;
      }
    }

    private OnnxTensor tensor(LongBuffer buffer, long[] shape) throws OrtException {
      return OnnxTensor.createTensor(
          environment, buffer.duplicate().limit((int) (shape[0] * shape[1])), shape);
    }

    private void checkShape(long[] found, int rows, int positions) {
      if (!Arrays.equals(found, output.dimensions(rows, positions))) {
        throw unfit(
            "of the shape "
                + Arrays.toString(found)
                + " for "
                + rows
                + " chunks of "
                + positions
                + " tokens");
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
