package io.gradus.jobs.rate;

import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * A rater as the driver hands it to the tasks.
 *
 * @param name the rater's name
 * @param digest SHA-256 of what it is made of; empty where it is code only
 * @param folder where its own files go, one for each bucket
 * @param criteria what it scores
 * @param columns the names of its criteria in the ratings table
 * @param label the folder of its chunks' scores in the stage's output; empty where only documents'
 *     scores are kept
 * @param opening how a task gets it
 */
record PlannedRater(
    String name,
    String digest,
    String folder,
    List<String> criteria,
    List<String> columns,
    String label,
    Opening opening)
    implements Serializable {
  boolean keepsChunks() {
    return !label.isEmpty();
  }

  /** How a task gets a rater. */
  sealed interface Opening extends Serializable {
    Rater open(Configuration hadoop);
  }

  /**
   * A bundle in the workspace.
   *
   * @param folder its folder's URI
   * @param digest of its {@code rater.json}
   * @param settings how its session is fed
   * @param options what of a document is rated and kept
   */
  record OpenBundle(
      String folder, String digest, EngineSettings settings, OnnxRater.Options options)
      implements Opening {
    @Override
    public Rater open(Configuration hadoop) {
      return ExecutorRaters.bundle(folder, digest, settings, hadoop).with(options);
    }
  }

  /** Measures of the text. */
  record OpenStatistics(List<String> criteria) implements Opening {
    @Override
    public Rater open(Configuration hadoop) {
      return new StatisticsRater(criteria);
    }
  }
}
