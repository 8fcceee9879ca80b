package io.gradus.common.selection;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The keys that matter to a scan, by group, both ends included.
 *
 * @param least by group
 * @param greatest by group
 */
@SuppressWarnings("ArrayRecordComponent") // used and never compared
public record KeyInterest(double[] least, double[] greatest) implements Serializable {

  /** All keys of all groups. */
  public static KeyInterest everything(int groups) {
    double[] least = new double[groups];
    double[] greatest = new double[groups];
    Arrays.fill(least, Double.NEGATIVE_INFINITY);
    Arrays.fill(greatest, Double.POSITIVE_INFINITY);
    return new KeyInterest(least, greatest);
  }
}
