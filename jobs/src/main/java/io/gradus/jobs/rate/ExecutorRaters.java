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
 * and may be run by all tasks at once, so there is one for each model and device, and it lives as
 * long as the executor: the only state that outlives a task.
 */
final class ExecutorRaters {
  private static final ConcurrentHashMap<Key, OnnxRater> OPEN = new ConcurrentHashMap<>();

  private static final ConcurrentHashMap<String, FastTextModel> FAST_TEXT =
      new ConcurrentHashMap<>();

  private record Key(String digest, EngineSettings settings, Hardware hardware) {}

  private ExecutorRaters() {}

  /**
   * The rater of a bundle; the first call in a JVM fetches the bundle, checks its digests, opens it
   * and rates its probes.
   *
   * @param folder the published bundle's folder on a file system that this JVM can reach
   * @param digest of its {@code rater.json}
   */
  static OnnxRater bundle(
      String folder,
      String digest,
      EngineSettings settings,
      Hardware hardware,
      Configuration hadoop) {
    return OPEN.computeIfAbsent(
        new Key(digest, settings, hardware),
        key -> open(RaterBundle.published(folder, digest, hadoop), settings, hardware));
  }

  /** The fastText model of a published file; the first call in a JVM loads it. */
  static FastTextModel fastText(FastTextFile file, Configuration hadoop) {
    return FAST_TEXT.computeIfAbsent(file.digest(), digest -> file.load(hadoop));
  }

  private static OnnxRater open(RaterBundle bundle, EngineSettings settings, Hardware hardware) {
    try {
      java.nio.file.Path local = Files.createTempDirectory("gradus-rater-");
      try {
        bundle.localise(local);
        OnnxRater rater =
            new OnnxRater(
                bundle.definition(), bundle.digest(), local, settings, hardware, bundle.place());
        try {
          rater.checkProbes();
          rater.checkPlacement();
          RatingMetrics.register(rater, bundle.definition().name());
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
