package io.gradus.common.selection;

import io.gradus.common.selection.RatingPlaces.PlacedBatch;
import io.gradus.common.table.RatingBatches.RatingFile;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/** What one task reads of the ratings: some files, one after the other. */
public abstract sealed class RatingSlice {
  abstract void read(RatingScan scan, RatingScan.Visitor visitor) throws IOException;

  /** Files of which everything is read. */
  static final class Files extends RatingSlice {
    private final List<RatingFile> files;

    Files(List<RatingFile> files) {
      this.files = files;
    }

    @Override
    void read(RatingScan scan, RatingScan.Visitor visitor) throws IOException {
      scan.forEachBatch(files, Long.MAX_VALUE, visitor);
    }
  }

  /** Files of which sources and topics are known. */
  static final class Placed extends RatingSlice {
    private final RatingPlaces places;
    private final Iterator<PlacedBatch> batches;

    /**
     * A slice that can be read once.
     *
     * @param batches all batches of all files, in their order
     */
    Placed(RatingPlaces places, Iterator<PlacedBatch> batches) {
      this.places = places;
      this.batches = batches;
    }

    @Override
    void read(RatingScan scan, RatingScan.Visitor visitor) throws IOException {
      scan.forEachPlaced(places, batches, visitor);
    }
  }
}
