package io.gradus.common.selection;

import io.gradus.common.selection.RatingPlaces.PlacedBatch;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.RatingBatch;
import io.gradus.common.table.RatingBatches;
import io.gradus.common.table.RatingBatches.RatingFile;
import io.gradus.common.table.SourceIndex;
import io.gradus.common.table.TopicsTable;
import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
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
  private static final List<String> PLACE = List.of(DocumentsTable.SOURCE, TopicsTable.TOPIC);

  /** Takes batches, one after another. */
  @FunctionalInterface
  public interface Visitor {
    void visit(RatingBatch batch) throws IOException;
  }

  /** The same with other columns beside the criteria. */
  public RatingScan withColumns(List<String> others) {
    return new RatingScan(hadoop, others, criteria, sources);
  }

  /** How sources, and topics where these are read, are read alone. */
  RatingScan ofPlaces() {
    List<String> place = columns.stream().filter(PLACE::contains).toList();
    return new RatingScan(hadoop, place, List.of(), sources);
  }

  /** Reads a slice from its first row to its last. */
  public void forEachBatch(RatingSlice slice, Visitor visitor) throws IOException {
    slice.read(this, visitor);
  }

  /** Reads files from the first to the last, but no further batch after so many rows. */
  public void forEachBatch(List<RatingFile> files, long mostRows, Visitor visitor)
      throws IOException {
    SourceIndex index = new SourceIndex(sources);
    try (RatingBatches batches = open(files, columns, index)) {
      for (long rows = 0; rows < mostRows; ) {
        Optional<RatingBatch> batch = batches.next();
        if (batch.isEmpty()) {
          return;
        }
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

  /** Reads files whose sources and topics are known, from the first batch to the last. */
  void forEachPlaced(RatingPlaces places, Iterator<PlacedBatch> placed, Visitor visitor)
      throws IOException {
    List<String> others = columns.stream().filter(column -> !PLACE.contains(column)).toList();
    PlacedBatch next = placed.hasNext() ? placed.next() : null;
    while (next != null) {
      RatingFile file = next.file();
      try (RatingBatches batches = open(List.of(file), others, new SourceIndex())) {
        for (;
            next != null && next.file().equals(file);
            next = placed.hasNext() ? placed.next() : null) {
          RatingBatch batch =
              batches.next().orElseThrow(() -> new IllegalStateException(file + " has lost rows"));
          places.fill(batch, next);
          visitor.visit(batch);
        }
        if (batches.next().isPresent()) {
          throw new IllegalStateException(file + " has got more rows");
        }
      }
    }
  }

  private RatingBatches open(List<RatingFile> files, List<String> wanted, SourceIndex index) {
    return new RatingBatches(hadoop.value().value(), files, wanted, criteria, index);
  }
}
