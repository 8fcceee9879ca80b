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
 * @param folder where its own files go, one for each bucket
 * @param criteria what it scores
 * @param columns the names of its criteria in the ratings table
 * @param opening how a task gets it
 */
record PlannedRater(String folder, List<String> criteria, List<String> columns, Opening opening)
    implements Serializable {

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
   * @param threads inside an operator of the graph
   */
  record OpenBundle(String folder, String digest, int threads) implements Opening {
    @Override
    public Rater open(Configuration hadoop) {
      return ExecutorRaters.bundle(folder, digest, threads, hadoop);
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
