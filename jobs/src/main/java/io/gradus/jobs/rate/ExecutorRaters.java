package io.gradus.jobs.rate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/**
 * The raters that this JVM has opened. A session takes seconds to open and hundreds of megabytes,
 * and may be run by all tasks at once, so there is one for each model and it lives as long as the
 * executor: the only state that outlives a task.
 */
final class ExecutorRaters {
  private static final ConcurrentHashMap<Key, OnnxEmbeddingRater> OPEN = new ConcurrentHashMap<>();

  private static final ConcurrentHashMap<String, FastTextModel> FAST_TEXT =
      new ConcurrentHashMap<>();

  private record Key(String digest, int threads) {}

  private ExecutorRaters() {}

  /**
   * The rater of a bundle; the first call in a JVM fetches the bundle, checks its digests, opens it
   * and rates its probes.
   *
   * @param folder the published bundle's folder on a file system that this JVM can reach
   * @param digest of its {@code rater.json}
   * @param threads inside an operator of the graph
   */
  static OnnxEmbeddingRater bundle(
      String folder, String digest, int threads, Configuration hadoop) {
    return OPEN.computeIfAbsent(
        new Key(digest, threads),
        key -> open(RaterBundle.published(folder, digest, hadoop), threads));
  }

  /** The fastText model of a published file; the first call in a JVM loads it. */
  static FastTextModel fastText(FastTextFile file, Configuration hadoop) {
    return FAST_TEXT.computeIfAbsent(file.digest(), digest -> file.load(hadoop));
  }

  private static OnnxEmbeddingRater open(RaterBundle bundle, int threads) {
    try {
      java.nio.file.Path local = Files.createTempDirectory("gradus-rater-");
      try {
        bundle.localise(local);
        OnnxEmbeddingRater rater =
            new OnnxEmbeddingRater(bundle.definition(), local, threads, bundle.place());
        try {
          rater.checkProbes();
        } catch (RuntimeException e) {
          rater.close();
          throw e;
        }
        return rater;
      } finally {
        // An open session needs its files no more, and a killed JVM would leave them behind.
        delete(local);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(java.nio.file.Path folder) throws IOException {
    try (Stream<java.nio.file.Path> files = Files.walk(folder)) {
      for (java.nio.file.Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
