package io.gradus.common.selection;

import io.gradus.common.table.RatingBatch;
import io.gradus.common.table.RatingBatches.RatingFile;
import java.io.Serializable;
import java.util.Optional;

/**
 * A row's source and topic as one number. Names of sources cost a scan more than all else together;
 * a stage that scans several times keeps these instead.
 *
 * @param topicBits the topic is the last so many bits
 */
record RatingPlaces(int topicBits) implements Serializable {

  /** The places of the rows of one batch of a file. */
  @SuppressWarnings("ArrayRecordComponent") // read and never compared
  record PlacedBatch(RatingFile file, int[] places) implements Serializable {}

  /**
   * Places of so many sources and topics, or nothing when a number has no room for them.
   *
   * @param topics 0 when there are none
   */
  static Optional<RatingPlaces> of(int sources, int topics) {
    int topicBits = bits(topics);
    return bits(sources) + topicBits <= Integer.SIZE
        ? Optional.of(new RatingPlaces(topicBits))
        : Optional.empty();
  }

  private static int bits(int count) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, count - 1));
  }

  PlacedBatch placed(RatingFile file, RatingBatch batch) {
    int[] places = new int[batch.size];
    for (int row = 0; row < places.length; row++) {
      if (batch.topics[row] >>> topicBits != 0) {
        throw new IllegalStateException(file + " has the topic " + batch.topics[row]);
      }
      places[row] = batch.sources[row] << topicBits | batch.topics[row];
    }
    return new PlacedBatch(file, places);
  }

  void fill(RatingBatch batch, PlacedBatch placed) {
    int[] places = placed.places();
    if (batch.size != places.length) {
      throw new IllegalStateException(
          placed.file() + " had a batch of " + places.length + " rows, now of " + batch.size);
    }
    int topicMask = (1 << topicBits) - 1;
    for (int row = 0; row < places.length; row++) {
      batch.sources[row] = places[row] >>> topicBits;
      batch.topics[row] = places[row] & topicMask;
    }
  }
}
