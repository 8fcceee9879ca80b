package io.gradus.jobs.rate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What people want to know of work under way, and of work done. */
final class WorkSummary {
  /** More devices than these are summed up. */
  private static final int LINES = 8;

  private final RatingWatch watch;
  private final Clock clock;
  private final Instant began;
  private Instant shown;
  private Map<RatingProgress.Place, RatingWork> before = Map.of();

  WorkSummary(RatingWatch watch, Clock clock) {
    this.watch = watch;
    this.clock = clock;
    this.began = clock.instant();
    this.shown = began;
  }

  /** Training tokens of the documents that have their scores, rated or taken over. */
  long tokens() {
    RatingWork total = watch.total();
    return total.tokens() + total.takenOverTokens();
  }

  /** A line for each executor and device: what it has done, and its speed since the last call. */
  synchronized List<String> lines() {
    Map<RatingProgress.Place, RatingWork> now = byDevice(watch.work());
    Instant instant = clock.instant();
    double seconds = seconds(shown, instant);
    Map<RatingProgress.Place, Double> speeds = new TreeMap<>();
    now.forEach(
        (place, work) ->
            speeds.put(
                place, Math.max(0, work.raterTokens() - before(place).raterTokens()) / seconds));
    List<String> lines = new ArrayList<>();
    if (now.size() <= LINES) {
      now.forEach((place, work) -> lines.add(line(place, work, speeds.get(place))));
    } else {
      lines.add(summedUp(speeds, watch.total()));
    }
    before = now;
    shown = instant;
    return lines;
  }

  private static Map<RatingProgress.Place, RatingWork> byDevice(
      Map<RatingProgress.Place, RatingWork> work) {
    Map<RatingProgress.Place, RatingWork> sums = new TreeMap<>();
    work.forEach((place, done) -> sums.merge(place.forAllRaters(), done, RatingWork::plus));
    return sums;
  }

  private RatingWork before(RatingProgress.Place place) {
    return before.getOrDefault(place, RatingWork.NONE);
  }

  private static String line(RatingProgress.Place place, RatingWork work, double speed) {
    String model =
        work.batches() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", %,d rater tokens/s, %.1f %% padding%s",
                Math.round(speed),
                100 * work.paddingShare(),
                halvings(work));
    return String.format(
        Locale.ROOT,
        "            %s: %,d documents%s%s",
        place,
        work.documents(),
        model,
        work.quarantined() == 0
            ? ""
            : String.format(Locale.ROOT, ", %,d quarantined", work.quarantined()));
  }

  private static String summedUp(Map<RatingProgress.Place, Double> speeds, RatingWork total) {
    List<Double> sorted = speeds.values().stream().sorted().toList();
    return String.format(
        Locale.ROOT,
        "            %d devices: %,d documents, %,.0f to %,.0f rater tokens/s each (median %,.0f),"
            + " %.1f %% padding%s",
        sorted.size(),
        total.documents(),
        sorted.get(0),
        sorted.get(sorted.size() - 1),
        sorted.get(sorted.size() / 2),
        100 * total.paddingShare(),
        halvings(total));
  }

  private static String halvings(RatingWork work) {
    return work.halvings() == 0
        ? ""
        : String.format(Locale.ROOT, ", %,d batches halved for memory", work.halvings());
  }

  /**
   * What each executor and device did from the start to now.
   *
   * @param ended what all tasks together added up; heartbeats would count some of it twice
   */
  List<RateResult.DeviceResult> results(Map<RatingProgress.Place, RatingWork> ended) {
    double seconds = seconds(began, clock.instant());
    List<RateResult.DeviceResult> results = new ArrayList<>();
    byDevice(ended)
        .forEach(
            (place, work) ->
                results.add(
                    new RateResult.DeviceResult(
                        place.executor(),
                        place.device(),
                        work.documents(),
                        work.tokens(),
                        work.raterTokens(),
                        rounded(work.paddingShare()),
                        work.batches(),
                        work.halvings(),
                        rounded(work.raterTokens() / seconds),
                        rounded(work.busyNanos() / 1e9),
                        rounded(work.waitNanos() / 1e9))));
    return results;
  }

  private static double rounded(double value) {
    return Math.rint(value * 1e4) / 1e4;
  }

  private static double seconds(Instant from, Instant to) {
    return Math.max(1e-3, Duration.between(from, to).toNanos() / 1e9);
  }
}
