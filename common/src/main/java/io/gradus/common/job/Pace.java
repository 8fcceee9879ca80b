package io.gradus.common.job;

import java.time.Duration;
import java.util.Locale;

/**
 * How far some work is, and how fast it goes.
 *
 * @param share of the work that is done, from 0 to 1; null where the whole is not known
 * @param tokens done
 * @param tokensPerSecond since the work began
 * @param secondsLeft null where it cannot be told yet
 */
public record Pace(Double share, long tokens, double tokensPerSecond, Long secondsLeft) {

  /**
   * The pace of work that was begun some time ago.
   *
   * @param counted what is done, in any unit; a task that ran twice was counted twice
   * @param total the whole in the same unit; 0 when it is not known
   */
  public static Pace of(long counted, long total, long tokens, Duration elapsed) {
    double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
    if (total <= 0) {
      return new Pace(null, tokens, tokens / seconds, null);
    }
    long done = Math.min(counted, total);
    Long left = done > 0 ? Math.round(seconds * (total - done) / done) : null;
    return new Pace((double) done / total, tokens, tokens / seconds, left);
  }

  /** As {@code 21 %}, or blanks of the same width where it is not known. */
  public String shareText() {
    return share == null ? "     " : String.format(Locale.ROOT, "%3d %%", (int) (100 * share));
  }

  /** As {@code 2:30 left}. */
  public String leftText() {
    return secondsLeft == null
        ? "time left not yet known"
        : Console.duration(Duration.ofSeconds(secondsLeft)) + " left";
  }
}
