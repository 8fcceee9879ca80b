package io.gradus.jobs.rate;

import io.gradus.common.job.UserMistake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** Measures how many tokens a second a bundle rates on this machine, for several batch budgets. */
public final class RaterBench {
  private static final List<Integer> CPU_BUDGETS = List.of(1, 1024, 2048, 4096, 8192, 16_384);
  private static final List<Integer> GPU_BUDGETS =
      List.of(4096, 8192, 16_384, 32_768, 65_536, 131_072);

  /** Half of the made-up documents are longer, as many web pages are; a few are very long. */
  private static final double MEDIAN_WORDS = 400;

  private static final double LOG_SPREAD = 1.1;

  /** Tasks that feed a session: enough to keep a GPU busy. */
  private static final int TASKS = 4;

  private final RaterInspection bundle;
  private final List<String> texts;
  private final Duration duration;

  /**
   * The speed with one budget.
   *
   * @param batchTokens {@code rate.batch-tokens}; 1 is one chunk at a time
   * @param tokensPerSecond of the rater's own tokens, special tokens included, padding not
   * @param paddingShare of the positions that went through the model
   * @param halvings batches that did not fit into memory
   */
  public record Speed(
      int batchTokens, double tokensPerSecond, double paddingShare, long halvings) {}

  /**
   * A measurement to come.
   *
   * @param texts documents to rate over and over; empty for made-up ones of mixed length
   * @param duration how long each budget is measured at least
   */
  public RaterBench(RaterInspection bundle, List<String> texts, Duration duration) {
    this.bundle = bundle;
    this.duration = duration;
    this.texts = texts.isEmpty() ? madeUp(bundle.definition()) : List.copyOf(texts);
  }

  /** How the session runs, in words. */
  public String engine() {
    EngineSettings settings = settings(0);
    return (bundle.device().provider() == DeviceConfig.Provider.CPU
            ? Runtime.getRuntime().availableProcessors() + " cores"
            : Device.assigned(bundle.device()).label())
        + ", "
        + settings.runs()
        + (settings.runs() == 1 ? " batch" : " batches")
        + " at a time";
  }

  /** The budgets worth trying on this device; with a graph that takes one chunk there is one. */
  public List<Integer> budgets() {
    if (bundle.definition().batch() == RaterDefinition.Batch.SINGLE) {
      return List.of(1);
    }
    return bundle.device().provider() == DeviceConfig.Provider.CPU ? CPU_BUDGETS : GPU_BUDGETS;
  }

  /** Measures one budget. */
  public Speed measure(int batchTokens) {
    return bundle.with(settings(batchTokens), rater -> measure(rater, batchTokens));
  }

  private Speed measure(OnnxRater rater, int batchTokens) {
    // Twice as many documents each time, until it takes long enough to be told from chance.
    for (int count = Math.min(4, texts.size()); ; count *= 2) {
      RatingWork before = rater.work();
      long began = System.nanoTime();
      List<Rating> ratings = rate(rater, documents(count));
      double seconds = (System.nanoTime() - began) / 1e9;
      if (seconds >= duration.toMillis() / 1000.0) {
        RatingWork after = rater.work();
        return speed(batchTokens, before, after, seconds);
      }
      if (ratings.stream().allMatch(rating -> rating.whyMissing().isPresent())) {
        throw new UserMistake(
            "No document could be rated: "
                + ratings.get(0).whyMissing().orElseThrow().detail()
                + ". Check the bundle with 'gradus rater check', or give other --texts.");
      }
    }
  }

  /** Rates as tasks do: several at a time, each tokenizing its next window during this one. */
  private static List<Rating> rate(OnnxRater rater, List<RatedDocument> documents) {
    ExecutorService tasks = Executors.newFixedThreadPool(TASKS);
    try {
      List<Future<List<Rating>>> shares = new ArrayList<>();
      int share = (documents.size() + TASKS - 1) / TASKS;
      for (int from = 0; from < documents.size(); from += share) {
        List<RatedDocument> own = documents.subList(from, Math.min(documents.size(), from + share));
        shares.add(tasks.submit(() -> rateWindows(rater, own)));
      }
      List<Rating> ratings = new ArrayList<>();
      for (Future<List<Rating>> done : shares) {
        ratings.addAll(done.get());
      }
      return ratings;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      tasks.shutdownNow();
    }
  }

  private static List<Rating> rateWindows(OnnxRater rater, List<RatedDocument> documents) {
    List<Rating> ratings = new ArrayList<>();
    Rater.Pending current = null;
    for (int from = 0; from < documents.size(); from += RatingTask.WINDOW_DOCUMENTS) {
      int to = Math.min(documents.size(), from + RatingTask.WINDOW_DOCUMENTS);
      Rater.Pending next = rater.begin(documents.subList(from, to), done -> {});
      if (current != null) {
        ratings.addAll(current.ratings());
      }
      current = next;
    }
    if (current != null) {
      ratings.addAll(current.ratings());
    }
    return ratings;
  }

  private static Speed speed(int batchTokens, RatingWork before, RatingWork after, double seconds) {
    long tokens = after.raterTokens() - before.raterTokens();
    long positions = after.positions() - before.positions();
    return new Speed(
        batchTokens,
        tokens / seconds,
        positions == 0 ? 0 : (double) (positions - tokens) / positions,
        after.halvings() - before.halvings());
  }

  private List<RatedDocument> documents(int count) {
    List<RatedDocument> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      documents.add(new RatedDocument(new byte[16], "bench", 0, texts.get(i % texts.size())));
    }
    return documents;
  }

  private EngineSettings settings(int batchTokens) {
    return Engine.settings(
        bundle.device(), batchTokens, Runtime.getRuntime().availableProcessors(), 1);
  }

  /** The fastest of some measurements. */
  public static Speed best(List<Speed> speeds) {
    return speeds.stream().max(Comparator.comparingDouble(Speed::tokensPerSecond)).orElseThrow();
  }

  /** Texts of a log-normal distribution of lengths, made of the probes' words; always the same. */
  private static List<String> madeUp(RaterDefinition definition) {
    List<String> words =
        definition.probes().stream()
            .flatMap(probe -> List.of(probe.text().split("\\s+")).stream())
            .collect(Collectors.toCollection(ArrayList::new));
    if (words.isEmpty()) {
      throw new UserMistake(
          "The bundle has no probes to make texts of. Give documents with --texts FILE.");
    }
    List<String> texts = new ArrayList<>();
    int documents = 512;
    for (int i = 0; i < documents; i++) {
      // The golden ratio visits all parts of the distribution early.
      double share = (i * 0.6180339887498949 + 0.5 / documents) % 1;
      int length = (int) Math.ceil(MEDIAN_WORDS * Math.exp(LOG_SPREAD * logit(share)));
      StringBuilder text = new StringBuilder();
      for (int j = 0; j < length; j++) {
        text.append(words.get((i + j) % words.size())).append(' ');
      }
      texts.add(text.toString());
    }
    return texts;
  }

  /** The logistic distribution's quantile, scaled to the normal's spread, kept within 2.5 of 0. */
  private static double logit(double share) {
    double value = Math.log(share / (1 - share)) * Math.sqrt(3) / Math.PI;
    return Math.max(-2.5, Math.min(2.5, value));
  }
}
