package io.gradus.jobs.rate;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;

/**
 * The bounded queue before one session, and the threads that take batches from it. All tasks of an
 * executor put their batches here: while these run, the tasks tokenize the next documents.
 *
 * <p>A batch for which memory does not suffice is run again alone, and if that fails it is halved,
 * and no larger one is tried again. What fails by itself costs its own document the score; but
 * where even a text that went through before fails, the device is broken, and so is the task, for
 * Spark to try elsewhere.
 */
final class InferenceQueue implements AutoCloseable {
  /** Batches that wait, for each thread: enough that none waits for tokenization. */
  private static final int WAITING = 8;

  private static final Pattern OUT_OF_MEMORY =
      Pattern.compile(
          "failed to allocate memory|out of memory|out_of_memory|bad_alloc|alloc_failed"
              + "|memoryallocation|available memory of \\d+ is smaller than requested",
          Pattern.CASE_INSENSITIVE);

  private final ModelGraph graph;
  private final Scorer scorer;
  private final BlockingQueue<Entry> entries;
  private final AtomicInteger batchTokens;
  private final List<Thread> threads = new ArrayList<>();

  /** Runs share it; a batch for which memory did not suffice beside others is run alone. */
  private final ReentrantReadWriteLock memory = new ReentrantReadWriteLock();

  private volatile boolean broken;

  /** Puts chunks into rows and makes scores of what the graph gives. */
  interface Scorer {
    /** Puts a batch's rows into the lane. */
    void put(Batch batch, ModelGraph.Lane lane);

    /** The scores of one row of the output. */
    double[] scores(float[] output, int row, Batch batch);

    /** Runs a text that is known to go through; throws when the graph cannot. */
    void probe(ModelGraph.Lane lane) throws OrtException;

    /** Tokens in a batch that are no padding. */
    long tokens(Batch batch);
  }

  /**
   * Starts the threads.
   *
   * @param largest the most positions that a batch may have
   */
  InferenceQueue(ModelGraph graph, Scorer scorer, EngineSettings settings, int largest) {
    this.graph = graph;
    this.scorer = scorer;
    this.entries = new LinkedBlockingQueue<>(WAITING * settings.runs());
    this.batchTokens = new AtomicInteger(largest);
    for (int i = 0; i < settings.runs(); i++) {
      Thread thread = new Thread(() -> serve(largest), "gradus-inference-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private record Entry(Batch batch, Window window, long since) {}

  /** Batches that belong together. */
  static final class Window {
    private final CountDownLatch open;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Rater.Meter meter;
    private volatile boolean givenUp;

    Window(int batches, Rater.Meter meter) {
      this.open = new CountDownLatch(batches);
      this.meter = meter;
    }

    /** Waits until all batches are done; throws what broke one of them. */
    void await() throws InterruptedException {
      open.await();
      if (failure.get() instanceof RuntimeException broken) {
        throw broken;
      }
      if (failure.get() != null) {
        throw new IllegalStateException(failure.get());
      }
    }

    /** Batches that did not begin are not run. */
    void giveUp() {
      givenUp = true;
    }
  }

  /** Adds a batch; waits while the queue is full. */
  void put(Batch batch, Window window) throws InterruptedException {
    entries.put(new Entry(batch, window, System.nanoTime()));
  }

  /** The most positions that a batch may have by now. */
  int batchTokens() {
    return batchTokens.get();
  }

  /** Whether even a text that was rated before failed: no batch will do better. */
  boolean isBroken() {
    return broken;
  }

  /** Batches that wait. */
  int waiting() {
    return entries.size();
  }

  private void serve(int largest) {
    ModelGraph.Lane lane = null;
    try {
      while (true) {
        Entry entry = entries.take();
        Window window = entry.window();
        try {
          if (!window.givenUp && window.failure.get() == null) {
            if (lane == null) {
              lane = graph.lane(largest);
            }
            window.meter.add(RatingWork.waiting(System.nanoTime() - entry.since()));
            score(entry.batch(), window.meter, lane);
          }
        } catch (RuntimeException | Error broken) {
          // The task that waits for this batch throws it.
          window.failure.compareAndSet(null, broken);
        } finally {
          window.open.countDown();
        }
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void score(Batch batch, Rater.Meter meter, ModelGraph.Lane lane) {
    if (batch.rows() > 1 && batch.size() > batchTokens.get()) {
      batch.halves().forEach(half -> score(half, meter, lane));
      return;
    }
    float[] output;
    long began = System.nanoTime();
    try {
      output = run(batch, lane);
    } catch (OrtException e) {
      recover(batch, e, meter, lane);
      return;
    }
    meter.add(RatingWork.batch(scorer.tokens(batch), batch.size(), System.nanoTime() - began));
    for (int row = 0; row < batch.rows(); row++) {
      DocumentWork.Piece piece = batch.pieces().get(row);
      finish(piece, piece.keep(scorer.scores(output, row, batch)), meter);
    }
  }

  private float[] run(Batch batch, ModelGraph.Lane lane) throws OrtException {
    memory.readLock().lock();
    try {
      scorer.put(batch, lane);
      return lane.run(batch.rows(), batch.positions());
    } finally {
      memory.readLock().unlock();
    }
  }

  private void recover(Batch batch, OrtException e, Rater.Meter meter, ModelGraph.Lane lane) {
    boolean outOfMemory = isOutOfMemory(e);
    if (outOfMemory && !memory.isWriteLockedByCurrentThread()) {
      memory.writeLock().lock();
      try {
        score(batch, meter, lane);
      } finally {
        memory.writeLock().unlock();
      }
      return;
    }
    if (batch.rows() > 1) {
      if (outOfMemory) {
        batchTokens.accumulateAndGet(batch.size() / 2, Math::min);
        meter.add(RatingWork.halving());
      }
      batch.halves().forEach(half -> score(half, meter, lane));
      return;
    }
    try {
      scorer.probe(lane);
    } catch (OrtException again) {
      broken = true;
      again.addSuppressed(e);
      throw new IllegalStateException(
          "The model no longer runs, not even on a text that it rated before: "
              + again.getMessage(),
          again);
    }
    DocumentWork.Piece piece = batch.pieces().get(0);
    String reason = outOfMemory ? Rating.Failure.OUT_OF_MEMORY : Rating.Failure.MODEL_ERROR;
    finish(piece, piece.fail(reason, String.valueOf(e.getMessage())), meter);
  }

  private static void finish(DocumentWork.Piece piece, boolean last, Rater.Meter meter) {
    if (last) {
      meter.add(RatingWork.document(piece.work().document().tokens()));
    }
  }

  /** ONNX Runtime has no error code for it; these are the words of its allocators and of CUDA. */
  static boolean isOutOfMemory(OrtException e) {
    return OUT_OF_MEMORY.matcher(String.valueOf(e.getMessage())).find();
  }

  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          // The session must not be closed under a run.
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
