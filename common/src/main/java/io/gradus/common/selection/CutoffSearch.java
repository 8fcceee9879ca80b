package io.gradus.common.selection;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Finds in each quota group the document that crosses the group's budget when documents are taken
 * in descending order of keys, equal keys in ascending order of doc_ids, without sorting them.
 *
 * <p>A histogram of tokens by cells of the key says in which cell the budget is crossed. While too
 * many documents are in those cells, each is cut into finer ones: of the key, then of its 64-bit
 * image, and where keys are equal of the two halves of the doc_id; at last the few documents that
 * are left are looked at one by one.
 */
public final class CutoffSearch {
  /** By what a group's range is cut further. */
  private static final byte BY_CELL = 0;

  private static final byte BY_IMAGE = 1;
  private static final byte BY_DOC_ID_HIGH = 2;
  private static final byte BY_DOC_ID_LOW = 3;
  private static final byte FOUND = 4;

  private final long[] budgets;
  private final int refiningBits;
  private final byte[] phases;
  private final long[] least;
  private final long[] greatest;
  private final long[] images;
  private final long[] docIdHighs;
  private final long[] tokensAbove;
  private final long[] documentsAbove;
  private final long[] candidates;

  /** Of the cells by which keys are told apart so far. */
  private int keyBits;

  /** The images of the least and the greatest key of cells. */
  public interface Borders {
    long leastImage(int cell);

    long greatestImage(int cell);
  }

  /** Takes the cells of a histogram: each group's in descending order, one group after another. */
  @FunctionalInterface
  public interface CellVisitor {
    void visit(int group, int cell, Borders borders, long tokens, long documents);
  }

  /** Hands out the cells of a histogram. */
  @FunctionalInterface
  public interface Cells {
    void forEachDescending(CellVisitor visitor);
  }

  /**
   * Prepares a search.
   *
   * @param budgets tokens by group; a group with the budget 0 is not searched
   * @param refiningBits a range is cut into at most so many cells at a time, as a power of 2
   */
  public CutoffSearch(long[] budgets, int refiningBits) {
    int groups = budgets.length;
    this.budgets = budgets.clone();
    this.refiningBits = refiningBits;
    this.phases = new byte[groups];
    this.least = new long[groups];
    this.greatest = new long[groups];
    this.images = new long[groups];
    this.docIdHighs = new long[groups];
    this.tokensAbove = new long[groups];
    this.documentsAbove = new long[groups];
    this.candidates = new long[groups];
    Arrays.fill(phases, FOUND);
  }

  /** As many bits to refine by as let the counts of so many groups fit into memory. */
  public static int refiningBits(int groups) {
    int doublings = Integer.SIZE - Integer.numberOfLeadingZeros(groups - 1);
    return Math.max(3, Math.min(16, 21 - doublings));
  }

  /**
   * Takes the first histogram, by any cells that hold all keys between their borders.
   *
   * @param cellBits the cells are about as wide as those of {@link KeyCells} with so many bits
   */
  public void start(Cells cells, int cellBits) {
    keyBits = cellBits;
    Arrays.fill(phases, FOUND);
    cells.forEachDescending(
        (group, cell, borders, tokens, documents) -> {
          if (crosses(group, tokens, documents)) {
            phases[group] = BY_CELL;
            least[group] = borders.leastImage(cell);
            greatest[group] = borders.greatestImage(cell);
            candidates[group] = documents;
          }
        });
    requireAllCrossed();
  }

  /** Whether the budget is crossed here; if not, the cell counts as taken. */
  private boolean crosses(int group, long tokens, long documents) {
    if (budgets[group] <= tokensAbove[group]) {
      return false;
    }
    if (phases[group] != FOUND) {
      return false;
    }
    if (tokensAbove[group] + tokens >= budgets[group]) {
      return true;
    }
    tokensAbove[group] += tokens;
    documentsAbove[group] += documents;
    return false;
  }

  private void requireAllCrossed() {
    for (int group = 0; group < budgets.length; group++) {
      if (budgets[group] > 0 && phases[group] == FOUND) {
        throw new IllegalStateException(
            "Group " + group + " has only " + tokensAbove[group] + " of " + budgets[group]);
      }
    }
  }

  /** How many documents are left in the ranges of all groups. */
  public long candidates() {
    return Arrays.stream(candidates).sum();
  }

  /** What a task needs to know about the ranges. */
  public Ranges ranges() {
    return new Ranges(
        phases.clone(),
        least.clone(),
        greatest.clone(),
        images.clone(),
        docIdHighs.clone(),
        refiningBits,
        finerKeyBits());
  }

  private int finerKeyBits() {
    return Math.min(KeyCells.MOST_BITS, keyBits + refiningBits);
  }

  /** Takes the counts by {@link Ranges#cell} of all documents in the ranges. */
  public void refine(RangeCounts counts) {
    byte[] before = phases.clone();
    Ranges ranges = ranges();
    Arrays.fill(phases, FOUND);
    counts
        .cells()
        .forEachDescending(
            (group, cell, tokens, documents) -> {
              if (crosses(group, tokens, documents)) {
                phases[group] = before[group];
                ranges.narrow(group, cell, least, greatest);
                candidates[group] = documents;
              }
            });
    requireAllCrossed();
    keyBits = finerKeyBits();
    for (int group = 0; group < budgets.length; group++) {
      if (phases[group] == BY_CELL || phases[group] == BY_IMAGE) {
        least[group] = Math.max(least[group], counts.leastImage(group));
        greatest[group] = Math.min(greatest[group], counts.greatestImage(group));
      }
      if (phases[group] == BY_CELL && keyBits == KeyCells.MOST_BITS) {
        phases[group] = BY_IMAGE;
      }
      if (phases[group] != FOUND && least[group] == greatest[group]) {
        nextPhase(group);
      }
    }
  }

  private void nextPhase(int group) {
    if (phases[group] == BY_CELL || phases[group] == BY_IMAGE) {
      images[group] = least[group];
      phases[group] = BY_DOC_ID_HIGH;
    } else if (phases[group] == BY_DOC_ID_HIGH) {
      docIdHighs[group] = least[group];
      phases[group] = BY_DOC_ID_LOW;
    } else {
      return; // One document: doc_ids are distinct.
    }
    // All 64-bit numbers, which are unsigned from here on.
    least[group] = 0;
    greatest[group] = -1L;
  }

  /**
   * The ranges that hold the crossing documents.
   *
   * <p>Images of keys are compared as signed numbers, halves of doc_ids as unsigned ones.
   *
   * @param refiningBits how many bits of a number tell the cells of a range apart
   * @param keyBits of the cells of keys, where those cut the range
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  public record Ranges(
      byte[] phases,
      long[] least,
      long[] greatest,
      long[] images,
      long[] docIdHighs,
      int refiningBits,
      int keyBits)
      implements Serializable {

    /** The keys that may be in a range. */
    public KeyInterest interest() {
      double[] from = new double[phases.length];
      double[] to = new double[phases.length];
      for (int group = 0; group < phases.length; group++) {
        boolean byKey = phases[group] == BY_CELL || phases[group] == BY_IMAGE;
        from[group] =
            phases[group] == FOUND
                ? Double.POSITIVE_INFINITY
                : SelectionKey.ofImage(byKey ? least[group] : images[group]);
        to[group] =
            phases[group] == FOUND
                ? Double.NEGATIVE_INFINITY
                : SelectionKey.ofImage(byKey ? greatest[group] : images[group]);
      }
      return new KeyInterest(from, to);
    }

    /** Whether a document may be the crossing one of its group. */
    public boolean contain(int group, long image, long docIdHigh, long docIdLow) {
      return switch (phases[group]) {
        case BY_CELL, BY_IMAGE -> image >= least[group] && image <= greatest[group];
        case BY_DOC_ID_HIGH -> image == images[group] && inside(group, docIdHigh);
        case BY_DOC_ID_LOW ->
            image == images[group] && docIdHigh == docIdHighs[group] && inside(group, docIdLow);
        default -> false;
      };
    }

    private boolean inside(int group, long half) {
      return Long.compareUnsigned(half, least[group]) >= 0
          && Long.compareUnsigned(half, greatest[group]) <= 0;
    }

    /** The cell of a document in its group's range; documents of higher cells come first. */
    public int cell(int group, long image, long docIdHigh, long docIdLow) {
      return switch (phases[group]) {
        case BY_CELL -> KeyCells.cell(SelectionKey.ofImage(image), keyBits);
        case BY_IMAGE -> (int) ((image - least[group]) >>> shift(group));
        case BY_DOC_ID_HIGH -> (int) ((greatest[group] - docIdHigh) >>> shift(group));
        default -> (int) ((greatest[group] - docIdLow) >>> shift(group));
      };
    }

    private int shift(int group) {
      long width = greatest[group] - least[group];
      return Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(width) - refiningBits);
    }

    /** Narrows a group's range to one cell of it. */
    void narrow(int group, int cell, long[] newLeast, long[] newGreatest) {
      if (phases[group] == BY_CELL) {
        long leastOfCell = SelectionKey.image(KeyCells.least(cell, keyBits));
        long greatestOfCell = SelectionKey.image(KeyCells.greatest(cell, keyBits));
        newLeast[group] = Math.max(least[group], leastOfCell);
        newGreatest[group] = Math.min(greatest[group], greatestOfCell);
        return;
      }
      int shift = shift(group);
      long first = (long) cell << shift;
      long last = first + ((1L << shift) - 1);
      long width = greatest[group] - least[group];
      if (Long.compareUnsigned(last, width) > 0) {
        last = width;
      }
      if (phases[group] == BY_IMAGE) {
        newLeast[group] = least[group] + first;
        newGreatest[group] = least[group] + last;
      } else {
        newLeast[group] = greatest[group] - last;
        newGreatest[group] = greatest[group] - first;
      }
    }
  }

  /**
   * The end of each group's selection.
   *
   * <p>A document is in when its key's image is above the group's, or equal and its doc_id not
   * greater; {@link #NOTHING} as an image lets none in.
   *
   * @param copies how many copies of the last document are in
   * @param tokens of all documents that are in, by group
   * @param documents how many there are, by group
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  public record Cutoffs(
      long[] images,
      long[] docIdHighs,
      long[] docIdLows,
      int[] copies,
      long[] tokens,
      long[] documents)
      implements Serializable {
    /** Above the image of every key. */
    public static final long NOTHING = Long.MAX_VALUE;

    /** How many of a document's copies are in. */
    public int of(int group, long image, long docIdHigh, long docIdLow, int copiesOfDocument) {
      if (image != images[group]) {
        return image > images[group] ? copiesOfDocument : 0;
      }
      int byHigh = Long.compareUnsigned(docIdHigh, docIdHighs[group]);
      int byDocId = byHigh != 0 ? byHigh : Long.compareUnsigned(docIdLow, docIdLows[group]);
      if (byDocId == 0) {
        return copies[group];
      }
      return byDocId < 0 ? copiesOfDocument : 0;
    }
  }

  /** Looks at the documents in the ranges one by one. */
  public Cutoffs resolve(Candidates rows) {
    int groups = budgets.length;
    long[] cutoffImages = new long[groups];
    Arrays.fill(cutoffImages, Cutoffs.NOTHING);
    long[] highs = new long[groups];
    long[] lows = new long[groups];
    int[] copies = new int[groups];
    long[] tokens = tokensAbove.clone();
    long[] documents = documentsAbove.clone();
    boolean[] crossed = new boolean[groups];
    rows.forEachInOrder(
        candidate -> {
          int group = candidate.group();
          if (crossed[group]) {
            return;
          }
          long missing = budgets[group] - tokens[group];
          long ofDocument = candidate.tokens() * candidate.copies();
          documents[group]++;
          crossed[group] = ofDocument >= missing;
          int taken =
              crossed[group]
                  ? (int) ((missing + candidate.tokens() - 1) / candidate.tokens())
                  : candidate.copies();
          tokens[group] += candidate.tokens() * taken;
          if (crossed[group]) {
            cutoffImages[group] = candidate.image();
            highs[group] = candidate.docIdHigh();
            lows[group] = candidate.docIdLow();
            copies[group] = taken;
          }
        });
    for (int group = 0; group < groups; group++) {
      if (budgets[group] > 0 && !crossed[group]) {
        throw new IllegalStateException(
            "Histogram and rows disagree in group "
                + group
                + ": budget "
                + budgets[group]
                + ", found "
                + tokens[group]);
      }
    }
    return new Cutoffs(cutoffImages, highs, lows, copies, tokens, documents);
  }
}
