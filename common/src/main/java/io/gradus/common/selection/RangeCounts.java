package io.gradus.common.selection;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a scan finds in the ranges of {@link CutoffSearch}: tokens by finer cell, and between which
 * keys a group's documents really lie. Where that is a single key, its range need not be cut any
 * further, however wide the cell is.
 */
public final class RangeCounts implements Serializable {
  private static final long serialVersionUID = 1;

  private final CellCounts cells = new CellCounts();
  private final long[] leastImages;
  private final long[] greatestImages;

  /** Nothing counted yet, of so many groups. */
  public RangeCounts(int groups) {
    this.leastImages = new long[groups];
    this.greatestImages = new long[groups];
    Arrays.fill(leastImages, Long.MAX_VALUE);
    Arrays.fill(greatestImages, Long.MIN_VALUE);
  }

  /** Adds one document, with the tokens of all its copies. */
  public void add(int group, int cell, long image, long tokens) {
    cells.add(group, cell, tokens);
    leastImages[group] = Math.min(leastImages[group], image);
    greatestImages[group] = Math.max(greatestImages[group], image);
  }

  /** Adds all that another scan found. */
  public RangeCounts addAll(RangeCounts other) {
    cells.addAll(other.cells);
    for (int group = 0; group < leastImages.length; group++) {
      leastImages[group] = Math.min(leastImages[group], other.leastImages[group]);
      greatestImages[group] = Math.max(greatestImages[group], other.greatestImages[group]);
    }
    return this;
  }

  CellCounts cells() {
    return cells;
  }

  /** The image of the least key in a group's range; above all images where there is none. */
  long leastImage(int group) {
    return leastImages[group];
  }

  /** The image of the greatest key in a group's range; below all images where there is none. */
  long greatestImage(int group) {
    return greatestImages[group];
  }
}
