package io.gradus.common.selection;

/**
 * Cells of the number line, narrow near zero and wider with the magnitude: doubles are counted by
 * cell in place of being sorted.
 *
 * <p>With {@code bits} mantissa bits, a number {@code v} belongs to the cell given by the exponent
 * and the leading {@code bits} bits of the mantissa of {@code |v| + 1}; a cell is about {@code
 * 2^-bits * (1 + |v|)} wide. Cells never decrease with the number, {@code -0.0} counts as {@code
 * 0.0}, and each infinity has a cell of its own. Numbers from 0 to 2^-bits are in cell 0, negative
 * ones in cells below. NaN has no cell. {@code bits} is from 0 to {@value #MOST_BITS}.
 */
public final class KeyCells {
  /** With more, the number of a cell would not be an int. */
  public static final int MOST_BITS = 20;

  private static final int MANTISSA_BITS = 52;
  private static final long ONE = Double.doubleToRawLongBits(1.0);

  private KeyCells() {}

  /** The cell of a number that is not NaN. */
  public static int cell(double value, int bits) {
    int magnitude = magnitude(Math.abs(value), bits);
    return value >= 0 ? magnitude : -1 - magnitude;
  }

  private static int magnitude(double absolute, int bits) {
    return (int) ((Double.doubleToRawLongBits(absolute + 1.0) - ONE) >>> (MANTISSA_BITS - bits));
  }

  /** The least double in a cell. */
  public static double least(int cell, int bits) {
    return cell >= 0 ? leastAbsolute(cell, bits) : -greatestAbsolute(-1 - cell, bits);
  }

  /** The greatest double in a cell. */
  public static double greatest(int cell, int bits) {
    if (cell >= 0) {
      return greatestAbsolute(cell, bits);
    }
    // Zero itself is in cell 0.
    return cell == -1 ? -Double.MIN_VALUE : -leastAbsolute(-1 - cell, bits);
  }

  private static double greatestAbsolute(int magnitude, int bits) {
    return magnitude == magnitude(Double.POSITIVE_INFINITY, bits)
        ? Double.POSITIVE_INFINITY
        : Math.nextDown(leastAbsolute(magnitude + 1, bits));
  }

  /**
   * The least number from 0 on whose magnitude is not below the given one. Which numbers round up
   * to a cell's border when 1 is added has no simple formula, so it is sought among the doubles,
   * whose images as whole numbers ascend with them.
   */
  private static double leastAbsolute(int magnitude, int bits) {
    long infinity = Double.doubleToRawLongBits(Double.POSITIVE_INFINITY);
    if (magnitude < 0 || magnitude > magnitude(Double.POSITIVE_INFINITY, bits)) {
      throw new IllegalArgumentException("No number has magnitude " + magnitude);
    }
    long low = 0;
    long high = infinity;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (magnitude(Double.longBitsToDouble(middle), bits) >= magnitude) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return Double.longBitsToDouble(low);
  }

  /**
   * The bits with which as many histograms as there are groups fit into memory together: 14 for up
   * to 64 groups, one less for each doubling, at least 4.
   */
  public static int bitsFor(int groups) {
    if (groups < 1) {
      throw new IllegalArgumentException(groups + " groups");
    }
    int doublings = Integer.SIZE - Integer.numberOfLeadingZeros(groups - 1);
    return Math.max(4, Math.min(14, 20 - doublings));
  }
}
