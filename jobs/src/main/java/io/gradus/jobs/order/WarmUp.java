package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Draws at random, without replacement, from a share of the ranking that grows, and after the
 * warm-up from all that is left: a curriculum that ends in shuffled training. "Beyond Random
 * Sampling" (Zhang et al., arXiv 2506.11300): as a warm-up before random sampling, with linear or
 * quadratic pacing.
 *
 * <p>Reading one document at a time from those not yet read in the share {@code g(t)} means that
 * each of them is read at the rate {@code 1 / (g(t) - t)}. So a document that comes into the share
 * at time {@code e} has its place where the integral of that rate from {@code e} reaches a standard
 * exponential number. Where all of the share has been read, the next in rank is read at once.
 *
 * @param pacing how the share grows
 * @param start the share at the beginning, above 0
 * @param end when everything may be drawn, as a share of the run
 * @param first which end of the ranking comes first
 */
@JsonTypeName("warm-up")
record WarmUp(Pacing pacing, double start, double end, First first) implements Shape {
  /** Which end of the ranking the warm-up begins with. */
  public enum First {
    /** The documents of the lowest scores. */
    POOREST,
    /** The documents of the highest scores. */
    BEST
  }

  private static final int STEPS = 4096;

  private static final double BEFORE_THE_END = 1 - 1e-12;

  /** The least share that is still unread; below it the share counts as read. */
  private static final double LEAST = 1e-6;

  @Override
  public String title() {
    return Titles.of(
        "warm-up",
        pacing.name().toLowerCase(java.util.Locale.ROOT),
        "from " + Titles.percent(start),
        "over " + Titles.percent(end));
  }

  @Override
  public List<Shape> insides() {
    return List.of();
  }

  @Override
  public int rankings() {
    return 0;
  }

  @Override
  public boolean ask(RankedDocument document, Stretch stretch) {
    return false;
  }

  @Override
  public double place(RankedDocument document, Stretch stretch) {
    Hazard hazard = stretch.run().derive(this, 0, 0, this::hazard);
    double rank = first == First.POOREST ? stretch.quantile() : 1 - stretch.quantile();
    double wait = -StrictMath.log(document.unit(RankedDocument.Purpose.WARM_UP));
    return hazard.place(rank, wait, end);
  }

  private Hazard hazard() {
    double[] shares = new double[STEPS + 1];
    double[] waits = new double[STEPS + 1];
    for (int step = 0; step <= STEPS; step++) {
      double place = end * step / STEPS;
      // What only comes into the share at the very end is drawn from after the warm-up.
      shares[step] =
          Math.max(place, pacing.share(Math.min(place, end * BEFORE_THE_END), start, end));
    }
    for (int step = 1; step <= STEPS; step++) {
      double middle = end * (step - 0.5) / STEPS;
      double unread = Math.max(LEAST, pacing.share(middle, start, end) - middle);
      waits[step] = waits[step - 1] + end / STEPS / unread;
    }
    return new Hazard(shares, waits);
  }

  /**
   * The share that may be drawn from and the integral of the rate of reading, at even steps of the
   * warm-up.
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  private record Hazard(double[] shares, double[] waits) implements Serializable {

    double place(double rank, double wait, double end) {
      double from = rank <= shares[0] ? 0 : at(shares, waits, rank);
      double reached = from + wait;
      double last = waits[STEPS];
      if (reached < last) {
        return at(waits, null, reached) * end;
      }
      // Afterwards everything unread is drawn from: the rate is 1 / (1 - t).
      return 1 - (1 - end) * StrictMath.exp(last - reached);
    }

    /** Between the steps of a rising table, the value of another table or the step's share. */
    private static double at(double[] rising, double[] values, double wanted) {
      int found = Arrays.binarySearch(rising, wanted);
      int upper = Math.min(STEPS, found >= 0 ? found : -found - 1);
      if (upper == 0) {
        return values == null ? 0 : values[0];
      }
      double length = rising[upper] - rising[upper - 1];
      double part = length > 0 ? Math.min(1, (wanted - rising[upper - 1]) / length) : 1;
      return values == null
          ? (upper - 1 + part) / STEPS
          : values[upper - 1] + part * (values[upper] - values[upper - 1]);
    }
  }
}
