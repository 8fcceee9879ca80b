package io.gradus.jobs.advise;

import io.gradus.jobs.advise.Evidence.Claim;
import java.util.Arrays;
import java.util.List;
import java.util.Map.Entry;
import java.util.TreeMap;

/**
 * The final learning rate as a share of the peak, and where the number comes from.
 *
 * @param basis {@code published}, {@code interpolated} or {@code extrapolated}, followed by {@code
 *     (uncertain knot)} when a point that it rests on is itself uncertain
 * @param evidence the ids of the findings it rests on
 */
record FinalRatio(double ratio, String basis, List<String> evidence) {
  private static final String POINTS = "final-ratio.ascending.";
  private static final String SCALE = "final-ratio.depends-on-scale";

  /** A ratio that one finding states; extrapolated when the run leaves that finding's scope. */
  static FinalRatio published(Evidence evidence, String id, long parameters, long tokens) {
    Claim claim = evidence.claim(id);
    boolean left = claim.scope().left(parameters, tokens, evidence.value("limits", "scopeFactor"));
    return new FinalRatio(
        evidence.value(id, "ratio"),
        basis(left ? "extrapolated" : "published", claim),
        List.of(id));
  }

  /**
   * The ratio for ascending data: linear in log(tokens) against log(ratio) between the published
   * points, and that of the nearest point outside them.
   */
  static FinalRatio ascending(Evidence evidence, long parameters, long tokens) {
    TreeMap<Double, Claim> points = new TreeMap<>();
    evidence.claims(POINTS).forEach(point -> points.put(point.scope().tokens(), point));
    double place = (double) tokens;
    Entry<Double, Claim> below = points.floorEntry(place);
    Entry<Double, Claim> above = points.ceilingEntry(place);
    if (below == null || above == null || below.getKey().equals(above.getKey())) {
      String nearest = (below == null ? above : below).getValue().id();
      return published(evidence, nearest, parameters, tokens);
    }
    double between =
        (StrictMath.log(place) - StrictMath.log(below.getKey()))
            / (StrictMath.log(above.getKey()) - StrictMath.log(below.getKey()));
    double logRatio =
        (1 - between) * StrictMath.log(ratio(below)) + between * StrictMath.log(ratio(above));
    boolean left =
        below
            .getValue()
            .scope()
            .left(parameters, below.getKey().longValue(), evidence.value("limits", "scopeFactor"));
    return new FinalRatio(
        StrictMath.exp(logRatio),
        basis(left ? "extrapolated" : "interpolated", below.getValue(), above.getValue()),
        List.of(below.getValue().id(), above.getValue().id(), SCALE));
  }

  private static String basis(String basis, Claim... points) {
    boolean uncertain =
        Arrays.stream(points).anyMatch(point -> point.confidence().equals("uncertain"));
    return uncertain ? basis + " (uncertain knot)" : basis;
  }

  private static double ratio(Entry<Double, Claim> point) {
    return point.getValue().values().get("ratio");
  }
}
