package io.gradus.jobs.rate;

import ai.onnxruntime.OrtException;
import io.gradus.common.job.UserMistake;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Rates by a graph that gives hidden states: documents are tokenized and cut into chunks, chunks of
 * equal length make batches, states are pooled, linear heads score them, and a document's score is
 * the weighted mean over its chunks. May be used by several threads.
 */
final class OnnxEmbeddingRater implements Rater, AutoCloseable {
  /** Larger batches are no faster on a CPU and take more memory. */
  private static final int BATCH_TOKENS = 4096;

  private final RaterDefinition definition;
  private final String place;
  private final RaterTokenizer tokenizer;
  private final EmbeddingGraph graph;
  private final double[][] weights;

  /**
   * Opens a bundle that lies in a local folder.
   *
   * @param threads inside an operator of the graph
   * @param place where the bundle comes from, for messages
   */
  OnnxEmbeddingRater(RaterDefinition definition, Path folder, int threads, String place) {
    this.definition = definition;
    this.place = place;
    this.weights =
        definition.criteria().stream()
            .map(criterion -> criterion.weights().stream().mapToDouble(w -> w).toArray())
            .toArray(double[][]::new);
    this.tokenizer =
        new RaterTokenizer(
            folder.resolve(RaterDefinition.TOKENIZER), definition.chunk().specialTokens(), place);
    try {
      checkChunks();
      this.graph =
          new EmbeddingGraph(
              folder.resolve(RaterDefinition.MODEL),
              definition.output(),
              weights[0].length,
              threads,
              place);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private void checkChunks() {
    if (chunkSize() < 1) {
      throw new UserMistake(
          place
              + "/"
              + RaterDefinition.FILE
              + ": chunks of "
              + definition.chunk().tokens()
              + " tokens have no room beside "
              + tokenizer.specialTokens()
              + " special tokens. Raise chunk.tokens.");
    }
  }

  private int chunkSize() {
    return definition.chunk().tokens() - tokenizer.specialTokens();
  }

  @Override
  public List<String> criteria() {
    return definition.criterionNames();
  }

  /**
   * Rates the bundle's probes and compares them with what they must give; throws {@link
   * UserMistake} when one differs.
   */
  void checkProbes() {
    List<RaterDefinition.Probe> probes = definition.probes();
    List<Rating> ratings =
        rate(
            probes.stream()
                .map(probe -> new RatedDocument(new byte[16], "probe", 0, probe.text()))
                .toList());
    for (int i = 0; i < probes.size(); i++) {
      Rating rating = ratings.get(i);
      for (int j = 0; j < weights.length; j++) {
        String criterion = criteria().get(j);
        double expected = probes.get(i).scores().get(criterion);
        double found = rating.scores()[j];
        if (!(Math.abs(found - expected) <= definition.tolerance())) {
          throw new UserMistake(
              String.format(
                  "%s/%s: probe %d gives %s = %s here, but %s is expected (tolerance %s)%s. Use the"
                      + " ONNX Runtime, precision and kind of processor that the bundle was made"
                      + " for, or make the bundle anew.",
                  place,
                  RaterDefinition.FILE,
                  i + 1,
                  criterion,
                  found,
                  expected,
                  definition.tolerance(),
                  rating.whyMissing().map(failure -> ", " + failure.detail()).orElse("")));
        }
      }
    }
  }

  @Override
  public List<Rating> rate(List<RatedDocument> documents) {
    List<Work> works = documents.stream().map(this::prepare).toList();
    Map<Integer, List<Work.Piece>> byLength = new TreeMap<>();
    for (Work work : works) {
      for (int i = 0; i < work.chunks.size(); i++) {
        byLength
            .computeIfAbsent(work.chunks.get(i).length(), length -> new ArrayList<>())
            .add(new Work.Piece(work, i));
      }
    }
    byLength.forEach(
        (length, pieces) -> {
          int rows = rowsTogether(length + tokenizer.specialTokens());
          for (int from = 0; from < pieces.size(); from += rows) {
            score(pieces.subList(from, Math.min(pieces.size(), from + rows)));
          }
        });
    return works.stream().map(work -> work.rating(weights.length)).toList();
  }

  /** The pooled, and where the bundle says so normalised, vectors of a text's chunks. */
  List<double[]> vectors(String text) throws OrtException {
    long[] ids = tokenizer.encode(text);
    List<double[]> vectors = new ArrayList<>();
    for (Chunk chunk : cut(ids)) {
      vectors.addAll(vectors(List.of(new Tokens(ids, chunk))));
    }
    return vectors;
  }

  private List<Chunk> cut(long[] ids) {
    return Chunk.cut(ids.length, chunkSize(), definition.chunk().minimumTail());
  }

  private int rowsTogether(int positions) {
    return switch (definition.batch()) {
      case SINGLE -> 1;
      case EQUAL_LENGTH -> Math.max(1, BATCH_TOKENS / positions);
    };
  }

  private Work prepare(RatedDocument document) {
    Optional<String> text = document.text();
    if (text.isEmpty()) {
      return Work.failed(Rating.Failure.NO_TEXT, "the document has tokens only");
    }
    long[] ids;
    try {
      ids = tokenizer.encode(text.get());
    } catch (RuntimeException e) {
      return Work.failed(Rating.Failure.TOKENIZER_ERROR, String.valueOf(e.getMessage()));
    }
    if (ids.length == 0) {
      return Work.failed(
          Rating.Failure.NO_TOKENS, "the rater's tokenizer makes no token of this text");
    }
    return new Work(ids, cut(ids), null);
  }

  private void score(List<Work.Piece> pieces) {
    try {
      List<double[]> vectors = vectors(pieces.stream().map(Work.Piece::tokens).toList());
      for (int i = 0; i < pieces.size(); i++) {
        pieces.get(i).keep(heads(vectors.get(i)));
      }
    } catch (OrtException e) {
      if (pieces.size() == 1) {
        pieces.get(0).work().fail(Rating.Failure.MODEL_ERROR, String.valueOf(e.getMessage()));
      } else {
        // Only the document at fault may lose its score.
        pieces.forEach(piece -> score(List.of(piece)));
      }
    }
  }

  private List<double[]> vectors(List<Tokens> batch) throws OrtException {
    int positions = batch.get(0).chunk().length() + tokenizer.specialTokens();
    long[] rows = new long[batch.size() * positions];
    for (int i = 0; i < batch.size(); i++) {
      tokenizer.dress(batch.get(i).ids(), batch.get(i).chunk(), rows, i * positions);
    }
    float[] states = graph.run(rows, batch.size(), positions);
    int width = weights[0].length;
    List<double[]> vectors = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      double[] pooled = definition.pooling().pool(states, i * positions * width, positions, width);
      vectors.add(definition.normalise() ? Pooling.unit(pooled) : pooled);
    }
    return vectors;
  }

  private double[] heads(double[] vector) {
    double[] scores = new double[weights.length];
    for (int i = 0; i < scores.length; i++) {
      double sum = 0;
      for (int j = 0; j < vector.length; j++) {
        sum += weights[i][j] * vector[j];
      }
      scores[i] = sum + definition.criteria().get(i).bias();
    }
    return scores;
  }

  @Override
  public void close() {
    graph.close();
    tokenizer.close();
  }

  /** A chunk and the ids that it is cut from. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  private record Tokens(long[] ids, Chunk chunk) {}

  /** One document on its way through the model. */
  private static final class Work {
    private final long[] ids;
    private final List<Chunk> chunks;
    private final double[][] scores;
    private Rating.Failure failure;

    Work(long[] ids, List<Chunk> chunks, Rating.Failure failure) {
      this.ids = ids;
      this.chunks = chunks;
      this.scores = new double[chunks.size()][];
      this.failure = failure;
    }

    static Work failed(String reason, String detail) {
      return new Work(new long[0], List.of(), new Rating.Failure(reason, detail));
    }

    void fail(String reason, String detail) {
      failure = new Rating.Failure(reason, detail);
    }

    Rating rating(int criteria) {
      if (failure != null) {
        return Rating.missing(criteria, failure.reason(), failure.detail());
      }
      double[] mean = Chunk.weightedMean(chunks, scores);
      if (!Arrays.stream(mean).allMatch(Double::isFinite)) {
        return Rating.missing(
            criteria, Rating.Failure.NOT_FINITE, "the model gives " + Arrays.toString(mean));
      }
      long tokens = chunks.stream().mapToLong(Chunk::length).sum();
      return Rating.scored(mean, chunks.size(), tokens);
    }

    /** One chunk of a document. */
    record Piece(Work work, int index) {
      Tokens tokens() {
        return new Tokens(work.ids, work.chunks.get(index));
      }

      void keep(double[] scores) {
        work.scores[index] = scores;
      }
    }
  }
}
