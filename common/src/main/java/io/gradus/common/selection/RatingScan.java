package io.gradus.common.selection;

import io.gradus.common.table.RatingBatch;
import io.gradus.common.table.RatingBatches;
import io.gradus.common.table.RatingBatches.RatingFile;
import io.gradus.common.table.SourceIndex;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * How tasks read the ratings of which a calibration knows the sources.
 *
 * @param columns the columns to read beside the criteria
 * @param criteria the criteria to read
 * @param sources the names of all sources by number
 */
public record RatingScan(
    Broadcast<SerializableConfiguration> hadoop,
    List<String> columns,
    List<String> criteria,
    List<String> sources)
    implements Serializable {

  /** Takes batches, one after another. */
  @FunctionalInterface
  public interface Visitor {
    void visit(RatingBatch batch) throws IOException;
  }

  /** Reads files from the first to the last. */
  public void forEachBatch(List<RatingFile> files, Visitor visitor) throws IOException {
    forEachBatch(files, Long.MAX_VALUE, visitor);
  }

  /** Reads files from the first to the last, but no further batch after so many rows. */
  public void forEachBatch(List<RatingFile> files, long mostRows, Visitor visitor)
      throws IOException {
    long rows = 0;
    SourceIndex index = new SourceIndex(sources);
    try (RatingBatches batches =
        new RatingBatches(hadoop.value().value(), files, columns, criteria, index)) {
      for (Optional<RatingBatch> batch = batches.next();
          batch.isPresent() && rows < mostRows;
          batch = batches.next()) {
        if (index.names().size() > sources.size()) {
          throw new IllegalStateException(
              "The calibration does not know the source '"
                  + index.names().get(sources.size())
                  + "'");
        }
        visitor.visit(batch.get());
        rows += batch.get().size;
      }
    }
  }

  /** The files in so many runs of neighbours. */
  public static List<List<RatingFile>> runs(List<RatingFile> files, int count) {
    List<List<RatingFile>> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = (int) ((long) i * files.size() / count);
      int to = (int) ((i + 1L) * files.size() / count);
      runs.add(new ArrayList<>(files.subList(from, to)));
    }
    return runs;
  }
}
