package io.gradus.common.selection;

import io.gradus.common.selection.RatingPlaces.PlacedBatch;
import io.gradus.common.table.RatingBatches.RatingFile;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;

/** What one task reads of the ratings: some files, one after the other. */
public sealed interface RatingSlice {

  /** Files of which everything is read. */
  record Files(List<RatingFile> files) implements RatingSlice, Serializable {}

  /**
   * Files of which sources and topics are known.
   *
   * @param batches all batches of all files, in their order; they can be taken once
   */
  record Placed(RatingPlaces places, Iterator<PlacedBatch> batches) implements RatingSlice {}
}
