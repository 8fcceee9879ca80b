package io.gradus.common.selection;

import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.RatingBatches.RatingFile;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SparkTables;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Finished;
import java.util.List;
import org.apache.hadoop.fs.Path;

/**
 * The tables from which documents are selected.
 *
 * @param ratings a row for each document
 * @param calibration the distribution of the ratings
 * @param topicFolder the folder of the topics table; empty when there are no topics
 * @param topics how many topics there are; 0 when there are none
 */
public record RatingInputs(
    Finished<RatingsTable> ratings,
    Finished<CalibrationTable> calibration,
    String topicFolder,
    int topics) {

  /** Inputs without topics. */
  public static RatingInputs of(
      Finished<RatingsTable> ratings, Finished<CalibrationTable> calibration) {
    return new RatingInputs(ratings, calibration, "", 0);
  }

  /** The same with topics. */
  public RatingInputs withTopics(Finished<TopicsTable> table) {
    return new RatingInputs(
        ratings, calibration, table.directory().table().toString(), table.table().count());
  }

  /** The files of the ratings in the order of doc_ids, each with the topics beside it. */
  public List<RatingFile> files() {
    return SparkTables.files(ratings.directory()).stream()
        .map(
            file ->
                new RatingFile(
                    file,
                    topicFolder.isEmpty()
                        ? ""
                        : new Path(topicFolder, new Path(file).getName()).toString()))
        .toList();
  }
}
