package io.gradus.jobs.rate;

import io.gradus.common.table.DocumentsTable;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** What the rater looks at in the documents table: the text, unless it says otherwise. */
    default Set<String> documentColumns() {
      return Set.of(DocumentsTable.TEXT);
    }
  }

  /**
   * A bundle in the workspace.
   *
   * @param folder its folder's URI
   * @param digest of its {@code rater.json}
   * @param settings how its session is fed
   * @param device what it is to run on
   * @param engines whether tasks may build TensorRT's engines
   * @param options what of a document is rated and kept
   */
  record OpenBundle(
      String folder,
      String digest,
      EngineSettings settings,
      DeviceConfig device,
      ExecutionProviders.Engines engines,
      OnnxRater.Options options)
      implements Opening {
    @Override
    public Rater open(Configuration hadoop) {
      Hardware hardware = new Hardware(Device.assigned(device), device, engines);
      ExecutorRaters.Lease lease =
          ExecutorRaters.bundle(folder, digest, settings.here(), hardware, hadoop);
      return lease.rater().with(options, lease::close);
    }
  }

  /** Measures of the text. */
  record OpenStatistics(List<String> criteria) implements Opening {
    @Override
    public Rater open(Configuration hadoop) {
      return new StatisticsRater(criteria);
    }
  }

  /**
   * Scores that the corpus carries.
   *
   * @param columns by criterion, a field of {@code meta}
   */
  record OpenColumns(Map<String, String> columns) implements Opening {
    @Override
    public Rater open(Configuration hadoop) {
      return new ColumnRater(columns);
    }

    @Override
    public Set<String> documentColumns() {
      return Set.of(DocumentsTable.META);
    }
  }

  /**
   * A fastText model in the workspace.
   *
   * @param file its URI
   * @param digest SHA-256 of the file
   * @param place where the user put it, for messages
   */
  record OpenFastText(String file, String digest, String label, String criterion, String place)
      implements Opening {
    @Override
    public Rater open(Configuration hadoop) {
      FastTextModel model = ExecutorRaters.fastText(new FastTextFile(file, digest), hadoop);
      return new FastTextRater(model, label, criterion, place);
    }
  }
}
