package io.gradus.jobs.rate;

import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Rates windows of short texts of many lengths in two threads, as tasks do, until so many batches
 * are done, and watches the memory; {@code benchmarks/rating_soak} starts it. It lies in this
 * package since the engine is no public interface.
 */
@Command(name = "rating_soak")
public final class RatingSoak implements Callable<Integer> {
  private static final int EVERY = 1000;
  private static final int TASKS = 2;
  private static final int WINDOW = 64;

  /** Texts of 1 to so many words: chunks of about as many lengths. */
  private static final int LONGEST = 40;

  private static final int BATCH_TOKENS = 256;
  private static final double MARGIN_MIB = 16;
  private static final String[] WORDS =
      ("the of rating and a corpus in is quality to tokens that model memory for batch was with"
              + " curriculum document by session score from")
          .split(" ");

  @Option(names = "--batches")
  private int batches = 100_000;

  @Option(names = "--bundle", description = "A bundle's folder; by default the built-in rater.")
  private String bundle = RaterConfig.Bundle.BUILTIN;

  private final List<Sample> curve = new ArrayList<>();

  /** What was seen after so many batches, in MiB. */
  private record Sample(long batches, double resident, double direct, double heap) {}

  /** Runs the soak. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new RatingSoak()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (batches < 4 * EVERY) {
      throw new UserMistake("--batches: give at least " + 4 * EVERY);
    }
    RaterBundle found = RaterBundle.find(bundle, new Configuration());
    Path folder = Files.createTempDirectory("gradus-soak-");
    found.localise(folder);
    EngineSettings settings = new EngineSettings(BATCH_TOKENS, 1, TASKS, 1);
    try (OnnxRater rater =
        new OnnxRater(
            found.definition(), found.digest(), folder, settings, Hardware.CPU, found.place())) {
      System.out.printf(Locale.ROOT, "%s, %,d batches%n", found.definition().name(), batches);
      System.out.printf(
          "%9s %14s %12s %10s%n", "batches", "resident MiB", "direct MiB", "heap MiB");
      soak(rater);
    } finally {
      for (String file : found.definition().files().keySet()) {
        Files.delete(folder.resolve(file));
      }
      Files.delete(folder);
    }
    return verdict();
  }

  private void soak(OnnxRater rater) throws IOException, InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> tasks = new ArrayList<>();
    for (int task = 0; task < TASKS; task++) {
      int seed = task;
      Thread thread = new Thread(() -> rateUntilEnough(rater, seed), "soak-" + task);
      thread.setUncaughtExceptionHandler((where, thrown) -> failure.compareAndSet(null, thrown));
      thread.start();
      tasks.add(thread);
    }
    long next = EVERY;
    while (next <= batches && failure.get() == null) {
      if (rater.work().batches() >= next) {
        sample(rater.work().batches());
        next += EVERY;
      } else {
        Thread.sleep(10);
      }
    }
    for (Thread task : tasks) {
      task.join();
    }
    if (failure.get() != null) {
      throw new IllegalStateException(failure.get());
    }
  }

  /** Holds two windows at a time, as a task does. */
  private void rateUntilEnough(OnnxRater rater, int seed) {
    int from = seed;
    Rater.Pending underway = rater.begin(window(from), done -> {});
    while (rater.work().batches() < batches) {
      from += TASKS;
      Rater.Pending next = rater.begin(window(from), done -> {});
      finish(underway);
      underway = next;
    }
    finish(underway);
  }

  private static void finish(Rater.Pending window) {
    try (window) {
      for (Rating rating : window.ratings()) {
        if (rating.whyMissing().isPresent()) {
          throw new IllegalStateException(rating.whyMissing().get().detail());
        }
      }
    }
  }

  private static List<RatedDocument> window(int number) {
    List<RatedDocument> documents = new ArrayList<>();
    for (int i = 0; i < WINDOW; i++) {
      int words = 1 + Math.floorMod(31 * (number * WINDOW + i) + number, LONGEST);
      StringBuilder text = new StringBuilder();
      for (int word = 0; word < words; word++) {
        text.append(WORDS[Math.floorMod(7 * word + 13 * i + number, WORDS.length)]).append(' ');
      }
      documents.add(new RatedDocument(new byte[16], "soak", words, text.toString()));
    }
    return documents;
  }

  private void sample(long done) throws IOException {
    double direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToDouble(pool -> pool.getMemoryUsed() / 1048576.0)
            .sum();
    double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1048576.0;
    Sample sample = new Sample(done, residentMib(), direct, heap);
    curve.add(sample);
    System.out.printf(
        Locale.ROOT,
        "%,9d %14.1f %12.2f %10.1f%n",
        sample.batches(),
        sample.resident(),
        sample.direct(),
        sample.heap());
  }

  private static double residentMib() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  private int verdict() {
    int quarter = curve.size() / 4;
    double second = median(curve.subList(quarter, 2 * quarter));
    double last = median(curve.subList(curve.size() - quarter, curve.size()));
    boolean constant = last - second <= MARGIN_MIB;
    System.out.printf(
        Locale.ROOT,
        "resident memory, medians: second quarter %.1f MiB, last quarter %.1f MiB,"
            + " difference %+.1f MiB (margin %.0f MiB): %s%n",
        second,
        last,
        last - second,
        MARGIN_MIB,
        constant ? "constant" : "grows");
    return constant ? 0 : 1;
  }

  private static double median(List<Sample> samples) {
    double[] sorted = samples.stream().mapToDouble(Sample::resident).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
