package io.gradus.common.job;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.spark.util.LongAccumulator;

/** Prints what a person watching the run wants to know, one line per event. */
public final class Console {
  private final PrintStream stream;
  private final Clock clock;
  private final Duration interval;
  private final AtomicInteger progressing = new AtomicInteger();
  private final AtomicReference<Progress> shown = new AtomicReference<>();

  /**
   * Prints to {@code stream}.
   *
   * @param interval the time between two progress lines of the same work
   */
  public Console(PrintStream stream, Clock clock, Duration interval) {
    this.stream = stream;
    this.clock = clock;
    this.interval = interval;
  }

  public void line(String text) {
    stream.println(text);
    stream.flush();
  }

  /**
   * Shows a line now and then, until closed, with the share done, tokens per second and time left.
   *
   * @param stage the stage's name, first on the line
   * @param total the work in all, in the units of {@code done}; 0 when it is not known
   * @param done counts finished work
   * @param tokens counts finished tokens; may be the same accumulator as {@code done}
   */
  public Progress progress(String stage, long total, LongAccumulator done, LongAccumulator tokens) {
    return progress(stage, total, done::value, tokens::value, List::of);
  }

  /**
   * As {@link #progress(String, long, LongAccumulator, LongAccumulator)}, with further lines below.
   *
   * @param details the lines to show below, asked for each time
   */
  public Progress progress(
      String stage,
      long total,
      LongSupplier done,
      LongSupplier tokens,
      Supplier<List<String>> details) {
    return new Progress(stage, total, done, tokens, details);
  }

  /** Whether some work is showing its own progress now. */
  public boolean showsProgress() {
    return progressing.get() > 0;
  }

  /** The pace of the work that shows its own progress now. */
  public Optional<Pace> pace() {
    return Optional.ofNullable(shown.get()).map(Progress::pace);
  }

  /** One piece of long work being shown; close it when the work ends. */
  public final class Progress implements AutoCloseable {
    private final String stage;
    private final long total;
    private final LongSupplier done;
    private final LongSupplier tokens;
    private final Supplier<List<String>> details;
    private final Instant started = clock.instant();
    private final Thread thread;

    private Progress(
        String stage,
        long total,
        LongSupplier done,
        LongSupplier tokens,
        Supplier<List<String>> details) {
      this.stage = stage;
      this.total = total;
      this.done = done;
      this.tokens = tokens;
      this.details = details;
      this.thread = new Thread(this::show, "gradus-progress-" + stage);
      thread.setDaemon(true);
      progressing.incrementAndGet();
      shown.set(this);
      thread.start();
    }

    private void show() {
      try {
        while (true) {
          Thread.sleep(interval.toMillis());
          line(progressLine(stage, pace()));
          details.get().forEach(Console.this::line);
        }
      } catch (InterruptedException closed) {
        Thread.currentThread().interrupt();
      }
    }

    private Pace pace() {
      return Pace.of(
          done.getAsLong(), total, tokens.getAsLong(), Duration.between(started, clock.instant()));
    }

    @Override
    public void close() {
      shown.compareAndSet(this, null);
      progressing.decrementAndGet();
      thread.interrupt();
    }
  }

  static String progressLine(String stage, Pace pace) {
    return String.format(
        Locale.ROOT,
        "  %-9s %s  %,d tokens  %,d tokens/s  %s",
        stage,
        pace.shareText(),
        pace.tokens(),
        Math.round(pace.tokensPerSecond()),
        pace.leftText());
  }

  /** A duration as {@code 4 s}, {@code 2:05} or {@code 3:04:05}. */
  public static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
