package io.gradus.common.selection;

import java.io.Serializable;

/**
 * The keys that matter to a scan, by group, both ends included.
 *
 * @param least by group
 * @param greatest by group
 */
@SuppressWarnings("ArrayRecordComponent") // used and never compared
public record KeyInterest(double[] least, double[] greatest) implements Serializable {

  /** All keys of all groups; there is nothing to look up by group. */
  public static KeyInterest everything() {
    return new KeyInterest(new double[0], new double[0]);
  }

  public boolean isEverything() {
    return least.length == 0;
  }
}
