package io.gradus.jobs.rate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;

/**
 * The raters that this JVM has opened. A session takes seconds to open and gigabytes of a device,
 * and may be run by all tasks at once, so there is one for each model and device: the only state
 * that outlives a task. The last one opened stays for the tasks to come; every other one, and one
 * whose device is broken, is closed as soon as no task uses it.
 */
final class ExecutorRaters {
  private static final Map<Key, Session> OPEN = new HashMap<>();
  private static Session last;

  private static final ConcurrentHashMap<String, FastTextModel> FAST_TEXT =
      new ConcurrentHashMap<>();

  private record Key(String digest, EngineSettings settings, Hardware hardware) {}

  /** A rater, how many use it, and its numbers in Spark's metrics. */
  private static final class Session {
    private final Key key;
    private final OnnxRater rater;
    private final RatingMetrics metrics;
    private int users;

    Session(Key key, OnnxRater rater, RatingMetrics metrics) {
      this.key = key;
      this.rater = rater;
      this.metrics = metrics;
    }
  }

  /** The right to use a rater; close it after use. */
  static final class Lease implements AutoCloseable {
    private final Session session;
    private boolean closed;

    private Lease(Session session) {
      this.session = session;
    }

    OnnxRater rater() {
      return session.rater;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        release(session);
      }
    }
  }

  private ExecutorRaters() {}

  /**
   * The rater of a bundle; the first call in a JVM fetches the bundle, checks its digests, opens it
   * and rates its probes.
   *
   * @param folder the published bundle's folder on a file system that this JVM can reach
   * @param digest of its {@code rater.json}
   */
  static synchronized Lease bundle(
      String folder,
      String digest,
      EngineSettings settings,
      Hardware hardware,
      Configuration hadoop) {
    Key key = new Key(digest, settings, hardware);
    Session session = OPEN.get(key);
    if (session == null || session.rater.isBroken()) {
      OPEN.remove(key);
      List.copyOf(OPEN.values()).forEach(ExecutorRaters::closeIfIdle);
      session = open(key, RaterBundle.published(folder, digest, hadoop));
      OPEN.put(key, session);
      last = session;
    }
    session.users++;
    return new Lease(session);
  }

  private static synchronized void release(Session session) {
    session.users--;
    if (session != last || session.rater.isBroken()) {
      closeIfIdle(session);
    }
  }

  private static void closeIfIdle(Session session) {
    if (session.users == 0) {
      OPEN.remove(session.key, session);
      session.metrics.remove();
      session.rater.close();
    }
  }

  /** The fastText model of a published file; the first call in a JVM loads it. */
  static FastTextModel fastText(FastTextFile file, Configuration hadoop) {
    return FAST_TEXT.computeIfAbsent(file.digest(), digest -> file.load(hadoop));
  }

  private static Session open(Key key, RaterBundle bundle) {
    return bundle.withLocalCopy(
        local -> {
          OnnxRater rater =
              new OnnxRater(
                  bundle.definition(),
                  bundle.digest(),
                  local,
                  key.settings(),
                  key.hardware(),
                  bundle.place());
          try {
            rater.checkProbes();
            rater.checkPlacement();
            return new Session(
                key, rater, RatingMetrics.register(rater, bundle.definition().name()));
          } catch (RuntimeException e) {
            rater.close();
            throw e;
          }
        });
  }
}
