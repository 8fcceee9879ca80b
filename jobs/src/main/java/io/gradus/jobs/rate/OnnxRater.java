package io.gradus.jobs.rate;

import ai.onnxruntime.OrtException;
import io.gradus.common.job.UserMistake;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Rates by an ONNX graph: documents are tokenized and cut into chunks, chunks of equal length make
 * batches, the graph runs, heads make scores of its output, and a document's score is the weighted
 * mean over its chunks. The tasks that call {@link #begin} tokenize; the {@link InferenceQueue}'s
 * threads do the rest.
 */
final class OnnxRater implements Rater {
  private static final RatedDocument NOBODY = new RatedDocument(new byte[16], "probe", 0, "");

  private final RaterDefinition definition;
  private final String place;
  private final String device;
  private final RaterTokenizer tokenizer;
  private final ModelGraph graph;
  private final Heads heads;
  private final Batch.Rule rule;
  private final InferenceQueue queue;
  private final AtomicReference<RatingWork> work = new AtomicReference<>(RatingWork.NONE);

  /**
   * What the configuration asks of a rater.
   *
   * @param maxChunks how many chunks of a document are rated; 0 for all
   * @param scores what is kept
   */
  record Options(int maxChunks, RaterConfig.Scores scores) implements Serializable {
    static final Options ALL = new Options(0, RaterConfig.Scores.DOCUMENTS);
  }

  /**
   * Opens a bundle that lies in a local folder.
   *
   * @param digest of its {@code rater.json}
   * @param place where the bundle comes from, for messages
   */
  OnnxRater(
      RaterDefinition definition,
      String digest,
      Path folder,
      EngineSettings settings,
      Hardware hardware,
      String place) {
    this.definition = definition;
    this.place = place;
    this.device = hardware.device().label();
    this.tokenizer =
        new RaterTokenizer(
            folder.resolve(RaterDefinition.TOKENIZER), definition.chunk().specialTokens(), place);
    ModelGraph opened = null;
    boolean usable = false;
    try {
      checkChunks();
      rule = rule(settings);
      opened =
          new ModelGraph(
              folder.resolve(RaterDefinition.MODEL),
              definition.graphOutput(),
              settings.threads(),
              hardware,
              providers(digest),
              place);
      int width = opened.output().width();
      checkIndexes(width);
      checkMask(opened);
      checkBuffers(width);
      heads = Heads.of(definition, width);
      usable = true;
    } finally {
      if (!usable) {
        tokenizer.close();
        if (opened != null) {
          opened.close();
        }
      }
    }
    graph = opened;
    queue = new InferenceQueue(graph, new RowScorer(), settings, rule.largest());
  }

  private Batch.Rule rule(EngineSettings settings) {
    return new Batch.Rule(
        tokenizer.specialTokens(),
        definition.chunk().tokens(),
        definition.batch() == RaterDefinition.Batch.PADDED ? settings.lengthStep() : 1,
        definition.batch() == RaterDefinition.Batch.SINGLE ? 1 : settings.batchTokens());
  }

  private ExecutionProviders providers(String digest) {
    int rows = Math.max(1, rule.batchTokens() / rule.lengthStep());
    return new ExecutionProviders(
        digest, definition.precision(), rows, rule.chunkTokens(), rule.largest());
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

  private void checkIndexes(int width) {
    for (RaterDefinition.Criterion criterion : definition.criteria()) {
      if (criterion.index() != null && criterion.index() >= width) {
        throw new UserMistake(
            String.format(
                "%s/%s: '%s' looks at class %d, but the graph's output '%s' has %d classes,"
                    + " counted from 0. Mend the index.",
                place,
                RaterDefinition.FILE,
                criterion.name(),
                criterion.index(),
                definition.output(),
                width));
      }
    }
  }

  private void checkBuffers(int width) {
    long floats =
        definition.kind() == RaterDefinition.Kind.ONNX_EMBEDDING
            ? (long) rule.largest() * width
            : rule.largest();
    if (floats * Float.BYTES > Integer.MAX_VALUE
        || rule.largest() > Integer.MAX_VALUE / Long.BYTES) {
      throw new UserMistake(
          String.format(
              "rate.batch-tokens: batches of %d positions, with %d numbers each, do not fit into a"
                  + " buffer of 2 GiB. Lower it.",
              rule.largest(), width));
    }
  }

  private void checkMask(ModelGraph opened) {
    if (definition.batch() == RaterDefinition.Batch.PADDED && !opened.takesMask()) {
      throw new UserMistake(
          place
              + "/"
              + RaterDefinition.FILE
              + ": the batch is 'padded', but the graph has no input attention_mask that would hide"
              + " padding from it. Export the graph with one, or write equal-length.");
    }
  }

  private int chunkSize() {
    return definition.chunk().tokens() - tokenizer.specialTokens();
  }

  @Override
  public List<String> criteria() {
    return definition.criterionNames();
  }

  @Override
  public String device() {
    return device;
  }

  /** Makes sure that the device did the work so far; called once, after the probes. */
  void checkPlacement() {
    graph.checkPlacement();
  }

  /** The graph's inputs and output, for people. */
  String graphSummary() {
    return graph.summary() + ", on " + device;
  }

  /** Whether the device gave up. */
  boolean isBroken() {
    return queue.isBroken();
  }

  /** What the session has done so far. */
  RatingWork work() {
    return work.get();
  }

  /** The queue before the session. */
  InferenceQueue queue() {
    return queue;
  }

  /**
   * The same session for a rater with other options.
   *
   * @param end what to do when that rater is used no more
   */
  Rater with(Options options, Runnable end) {
    return new Rater() {
      @Override
      public void close() {
        end.run();
      }

      @Override
      public List<String> criteria() {
        return OnnxRater.this.criteria();
      }

      @Override
      public String device() {
        return device;
      }

      @Override
      public Pending begin(List<RatedDocument> documents, Meter meter) {
        return OnnxRater.this.begin(documents, options, meter);
      }
    };
  }

  @Override
  public Pending begin(List<RatedDocument> documents, Meter meter) {
    return begin(documents, Options.ALL, meter);
  }

  private Pending begin(List<RatedDocument> documents, Options options, Meter asked) {
    Meter meter =
        done -> {
          work.accumulateAndGet(done, RatingWork::plus);
          asked.add(done);
        };
    List<DocumentWork> works = new ArrayList<>();
    List<DocumentWork.Piece> pieces = new ArrayList<>();
    for (RatedDocument document : documents) {
      DocumentWork prepared = prepare(document, options);
      works.add(prepared);
      List<DocumentWork.Piece> own = prepared.pieces();
      pieces.addAll(own);
      if (own.isEmpty()) {
        meter.add(RatingWork.document(document.tokens()));
      }
    }
    List<Batch> batches = Batch.of(pieces, rule);
    InferenceQueue.Window window = new InferenceQueue.Window(batches.size(), meter);
    Pending pending = new PendingWindow(works, window, options.scores());
    try {
      for (Batch batch : batches) {
        queue.put(batch, window);
      }
    } catch (InterruptedException e) {
      pending.close();
      throw interrupted(e);
    }
    return pending;
  }

  /** Rates documents and waits for them. */
  List<Rating> rate(List<RatedDocument> documents) {
    try (Pending pending = begin(documents, done -> {})) {
      return pending.ratings();
    }
  }

  private DocumentWork prepare(RatedDocument document, Options options) {
    Optional<String> text = document.text();
    if (text.isEmpty()) {
      return DocumentWork.failed(document, Rating.Failure.NO_TEXT, "the document has tokens only");
    }
    long[] ids;
    try {
      long wanted = (long) options.maxChunks() * chunkSize();
      ids =
          wanted == 0 || wanted > Integer.MAX_VALUE
              ? tokenizer.encode(text.get())
              : tokenizer.encodeStart(text.get(), (int) wanted);
    } catch (RuntimeException e) {
      return DocumentWork.failed(
          document, Rating.Failure.TOKENIZER_ERROR, String.valueOf(e.getMessage()));
    }
    if (ids.length == 0) {
      return DocumentWork.failed(
          document, Rating.Failure.NO_TOKENS, "the rater's tokenizer makes no token of this text");
    }
    return new DocumentWork(document, ids, cut(ids));
  }

  private List<Chunk> cut(long[] ids) {
    return Chunk.cut(ids.length, chunkSize(), definition.chunk().minimumTail());
  }

  /**
   * Rates the bundle's probes and compares them with what they must give; throws {@link
   * UserMistake} when one differs.
   */
  void checkProbes() {
    for (ProbeResult probe : probes()) {
      if (!(probe.difference() <= definition.tolerance())) {
        throw new UserMistake(
            String.format(
                "%s/%s: probe %d gives %s = %s here, but %s is expected (tolerance %s)%s. Use the"
                    + " ONNX Runtime, precision and kind of processor that the bundle was made"
                    + " for, or make the bundle anew.",
                place,
                RaterDefinition.FILE,
                probe.number(),
                probe.criterion(),
                probe.found(),
                probe.expected(),
                definition.tolerance(),
                probe.rating().whyMissing().map(failure -> ", " + failure.detail()).orElse("")));
      }
    }
  }

  /**
   * One probe's score of one criterion.
   *
   * @param number of the probe, from 1
   */
  record ProbeResult(int number, String criterion, double found, double expected, Rating rating) {
    double difference() {
      return Math.abs(found - expected);
    }
  }

  /** What the bundle's probes give here. */
  List<ProbeResult> probes() {
    List<RaterDefinition.Probe> probes = definition.probes();
    List<Rating> ratings =
        rate(
            probes.stream()
                .map(probe -> new RatedDocument(new byte[16], "probe", 0, probe.text()))
                .toList());
    List<ProbeResult> results = new ArrayList<>();
    for (int i = 0; i < probes.size(); i++) {
      for (int j = 0; j < criteria().size(); j++) {
        String criterion = criteria().get(j);
        results.add(
            new ProbeResult(
                i + 1,
                criterion,
                ratings.get(i).scores()[j],
                probes.get(i).scores().get(criterion),
                ratings.get(i)));
      }
    }
    return results;
  }

  /** The pooled, and where the bundle says so normalised, vectors of a text's chunks. */
  List<double[]> vectors(String text) throws OrtException {
    Heads.Embedding embedding = (Heads.Embedding) heads;
    ModelGraph.Lane lane = graph.lane(definition.chunk().tokens());
    long[] ids = tokenizer.encode(text);
    List<double[]> vectors = new ArrayList<>();
    RowScorer scorer = new RowScorer();
    for (DocumentWork.Piece piece : new DocumentWork(NOBODY, ids, cut(ids)).pieces()) {
      Batch batch = new Batch(List.of(piece), rule.positions(piece.chunk()));
      scorer.put(batch, lane);
      float[] output = lane.run(1, batch.positions());
      vectors.add(embedding.vector(output, 0, scorer.length(piece)));
    }
    return vectors;
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("Interrupted while documents were being rated", e);
  }

  @Override
  public void close() {
    queue.close();
    graph.close();
    tokenizer.close();
  }

  /** Documents in the queue. */
  private final class PendingWindow implements Pending {
    private final List<DocumentWork> works;
    private final InferenceQueue.Window window;
    private final RaterConfig.Scores scores;

    PendingWindow(
        List<DocumentWork> works, InferenceQueue.Window window, RaterConfig.Scores scores) {
      this.works = works;
      this.window = window;
      this.scores = scores;
    }

    @Override
    public List<Rating> ratings() {
      try {
        window.await();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      return works.stream().map(document -> document.rating(criteria().size(), scores)).toList();
    }

    @Override
    public void close() {
      window.giveUp();
    }
  }

  /** Dresses chunks as rows, and makes scores of rows. */
  private final class RowScorer implements InferenceQueue.Scorer {
    @Override
    public void put(Batch batch, ModelGraph.Lane lane) {
      long[] row = new long[batch.positions()];
      for (int i = 0; i < batch.rows(); i++) {
        DocumentWork.Piece piece = batch.pieces().get(i);
        int length = length(piece);
        tokenizer.dress(piece.ids(), piece.chunk(), row, 0);
        for (int j = length; j < row.length; j++) {
          row[j] = definition.paddingToken();
        }
        lane.put(i, row, length, row.length);
      }
    }

    @Override
    public double[] scores(float[] output, int row, Batch batch) {
      int from = row * graph.output().rowSize(batch.positions());
      return heads.scores(output, from, length(batch.pieces().get(row)));
    }

    @Override
    public void probe(ModelGraph.Lane lane) throws OrtException {
      if (!definition.probes().isEmpty()) {
        long[] ids = tokenizer.encode(definition.probes().get(0).text());
        DocumentWork.Piece first = new DocumentWork(NOBODY, ids, cut(ids)).pieces().get(0);
        put(new Batch(List.of(first), length(first)), lane);
        lane.run(1, length(first));
      }
    }

    @Override
    public long tokens(Batch batch) {
      return batch.pieces().stream().mapToLong(this::length).sum();
    }

    int length(DocumentWork.Piece piece) {
      return piece.chunk().length() + tokenizer.specialTokens();
    }
  }
}
