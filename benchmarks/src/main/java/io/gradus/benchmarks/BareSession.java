package io.gradus.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * ONNX Runtime alone, without Spark, Parquet and tokenization: what the engine is measured against.
 * Hidden states are read and scored only when the scores are asked for.
 */
final class BareSession implements RatingRival {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  private final Setting setting;
  private final Chunks chunks;
  private final List<Chunks.Batch> batches;
  private final JsonNode definition;
  private final OrtSession.SessionOptions options;
  private final OrtSession session;

  /**
   * How the session is run.
   *
   * @param runs at the same time
   * @param threads inside an operator
   * @param batchTokens the most tokens of a batch, unless a single chunk has more
   */
  record Setting(int runs, int threads, int batchTokens) {
    static final List<Setting> CANDIDATES =
        List.of(
            new Setting(2, 1, 1),
            new Setting(2, 1, 512),
            new Setting(2, 1, 1024),
            new Setting(2, 1, 4096),
            new Setting(1, 2, 1024),
            new Setting(1, 2, 4096));

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "runs %d x threads %d, %d tokens a batch", runs, threads, batchTokens);
    }
  }

  /** Further settings of a session. */
  interface Tuning {
    void tune(OrtSession.SessionOptions options) throws OrtException;
  }

  /**
   * Opens a session.
   *
   * @param definition the bundle's {@code rater.json}
   */
  BareSession(Path graph, JsonNode definition, Chunks chunks, Setting setting, Tuning tuning)
      throws OrtException {
    this.setting = setting;
    this.chunks = chunks;
    this.definition = definition;
    this.batches = chunks.batches(setting.batchTokens());
    options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(setting.threads());
    options.setInterOpNumThreads(1);
    tuning.tune(options);
    session = ENVIRONMENT.createSession(graph.toString(), options);
  }

  /** The setting that is fastest on a sample, by the median of interleaved rounds. */
  static Setting best(Path graph, JsonNode definition, Chunks sample) throws Exception {
    int rounds = 5;
    List<BareSession> sessions = new ArrayList<>();
    Map<BareSession, double[]> seconds = new ConcurrentHashMap<>();
    try {
      for (Setting setting : Setting.CANDIDATES) {
        BareSession candidate = new BareSession(graph, definition, sample, setting, options -> {});
        sessions.add(candidate);
        seconds.put(candidate, new double[rounds]);
        candidate.run();
      }
      for (int round = 0; round < rounds; round++) {
        for (BareSession session : sessions) {
          seconds.get(session)[round] = session.run().seconds();
        }
      }
      for (BareSession session : sessions) {
        System.out.printf(
            Locale.ROOT,
            "  trial: %-45s %,6.0f tokens/s%n",
            session.setting,
            sample.tokens() / Figures.median(seconds.get(session)));
      }
      return sessions.stream()
          .min(Comparator.comparingDouble(session -> Figures.median(seconds.get(session))))
          .orElseThrow()
          .setting;
    } finally {
      for (BareSession session : sessions) {
        session.close();
      }
    }
  }

  @Override
  public String name() {
    return "bare";
  }

  @Override
  public String description() {
    return "onnxruntime "
        + ENVIRONMENT.getVersion()
        + ", batches of equal length in memory, "
        + setting;
  }

  @Override
  public Round run() throws InterruptedException {
    Stopwatch stopwatch = new Stopwatch();
    run((batch, states) -> {});
    return stopwatch.stop();
  }

  /** Is shown the hidden states of a batch. */
  private interface Reader {
    void read(Chunks.Batch batch, FloatBuffer states);
  }

  private void run(Reader reader) throws InterruptedException {
    Queue<Chunks.Batch> waiting = new ConcurrentLinkedQueue<>(batches);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < setting.runs(); i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  for (Chunks.Batch batch = waiting.poll(); batch != null; batch = waiting.poll()) {
                    run(batch, reader);
                  }
                } catch (OrtException | RuntimeException e) {
                  failures.add(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException(failures.element());
    }
  }

  private void run(Chunks.Batch batch, Reader reader) throws OrtException {
    long[] shape = {batch.chunks().size(), batch.length()};
    long[] ones = new long[batch.ids().length];
    Arrays.fill(ones, 1);
    String output = definition.path("output").asText();
    try (OnnxTensor ids =
            OnnxTensor.createTensor(ENVIRONMENT, LongBuffer.wrap(batch.ids()), shape);
        OnnxTensor mask = OnnxTensor.createTensor(ENVIRONMENT, LongBuffer.wrap(ones), shape);
        OnnxTensor types =
            OnnxTensor.createTensor(ENVIRONMENT, LongBuffer.wrap(new long[ones.length]), shape)) {
      Map<String, OnnxTensorLike> feed =
          Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types);
      try (OrtSession.Result result = session.run(feed, Set.of(output))) {
        reader.read(batch, ((OnnxTensor) result.get(0)).getFloatBuffer());
      }
    }
  }

  @Override
  public Map<String, List<Double>> scores() throws InterruptedException {
    double[][] heads = heads();
    Map<Chunks.Chunk, double[]> scored = new ConcurrentHashMap<>();
    run(
        (batch, states) -> {
          for (int row = 0; row < batch.chunks().size(); row++) {
            int from = row * batch.length() * heads[0].length;
            scored.put(batch.chunks().get(row), score(states, from, batch.length(), heads));
          }
        });
    Map<String, double[]> sums = new TreeMap<>();
    Map<String, Integer> weights = new TreeMap<>();
    for (Chunks.Chunk chunk : chunks.chunks()) {
      int weight = chunk.ids().length - 2;
      weights.merge(chunk.document(), weight, Integer::sum);
      double[] sum = sums.computeIfAbsent(chunk.document(), id -> new double[heads.length]);
      for (int i = 0; i < heads.length; i++) {
        sum[i] += weight * scored.get(chunk)[i];
      }
    }
    Map<String, List<Double>> scores = new TreeMap<>();
    sums.forEach(
        (document, sum) ->
            scores.put(
                document,
                Arrays.stream(sum).map(value -> value / weights.get(document)).boxed().toList()));
    return scores;
  }

  private double[][] heads() {
    List<double[]> heads = new ArrayList<>();
    for (JsonNode criterion : definition.path("criteria")) {
      double[] weights = new double[criterion.path("weights").size()];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = criterion.path("weights").path(i).asDouble();
      }
      heads.add(weights);
    }
    return heads.toArray(double[][]::new);
  }

  /** Heads on the mean of the states, scaled to length 1. */
  private static double[] score(FloatBuffer states, int from, int length, double[][] heads) {
    int width = heads[0].length;
    double[] mean = new double[width];
    for (int position = 0; position < length; position++) {
      for (int i = 0; i < width; i++) {
        mean[i] += states.get(from + position * width + i);
      }
    }
    double norm = Math.sqrt(Arrays.stream(mean).map(value -> value * value).sum());
    double[] scores = new double[heads.length];
    for (int criterion = 0; criterion < scores.length; criterion++) {
      for (int i = 0; i < width; i++) {
        scores[criterion] += heads[criterion][i] * mean[i] / norm;
      }
    }
    return scores;
  }

  @Override
  public void close() throws IOException {
    // Options must outlive their session.
    try (options) {
      session.close();
    } catch (OrtException e) {
      throw new IOException(e);
    }
  }
}
