package io.gradus.jobs.pipeline;

import io.gradus.common.configuration.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a pipeline needs of a cluster, by plain arithmetic from speeds and volumes for each token.
 *
 * @param cluster what there is
 * @param stages what each stage needs
 * @param memory what each executor needs
 */
record Sizing(Cluster cluster, List<Need> stages, Memory memory) {
  private static final double SECONDS_OF_AN_HOUR = 3600;
  private static final double HOURS_OF_A_DAY = 24;
  private static final double GIB = 1L << 30;
  private static final double MIB = 1L << 20;

  /**
   * The executors.
   *
   * @param name of the profile
   * @param executors how many
   * @param cores tasks that each runs at a time
   * @param gpus that each has
   * @param heap of each, in bytes
   * @param overhead what each may take beside its heap, in bytes
   */
  record Cluster(String name, int executors, int cores, int gpus, long heap, long overhead) {
    long devices(Device device) {
      return (long) executors * (device == Device.GPU ? gpus : cores);
    }
  }

  /** What does a stage's work. */
  enum Device {
    CORE,
    GPU
  }

  /**
   * What is known about a stage before it runs.
   *
   * @param name the stage's
   * @param tokens that go through it
   * @param device what its speed is one of
   * @param speed tokens a second of one device; 0 where it is not known
   * @param source where the speed was measured
   * @param shuffledBytes for each token, compressed
   * @param storedBytes for each token
   */
  record Work(
      String name,
      long tokens,
      Device device,
      double speed,
      String source,
      double shuffledBytes,
      double storedBytes) {}

  /**
   * What a stage needs.
   *
   * @param devices how many work
   * @param hours 0 where the speed is not known
   * @param shuffled bytes
   * @param stored bytes
   */
  record Need(Work work, long devices, double hours, double shuffled, double stored) {
    static Need of(Work work, Cluster cluster) {
      long devices = cluster.devices(work.device());
      boolean known = work.speed() > 0 && devices > 0;
      return new Need(
          work,
          devices,
          known ? work.tokens() / (work.speed() * devices) / SECONDS_OF_AN_HOUR : 0,
          work.tokens() * work.shuffledBytes(),
          work.tokens() * work.storedBytes());
    }

    /** How many devices do the stage within a day. */
    long devicesForADay() {
      return (long) Math.ceil(hours * devices / HOURS_OF_A_DAY);
    }
  }

  /**
   * What an executor needs, in bytes.
   *
   * @param heap 1 GiB for Spark, and for each task {@link #HEAP_OF_A_TASK} and two windows of text
   * @param overhead {@link #NATIVE} (with GPUs {@link #NATIVE_WITH_GPU}), the models three times
   *     over, since a model is loaded while its file's bytes are held, and {@link
   *     #NATIVE_OF_A_TASK} for each task
   */
  record Memory(long heap, long overhead) {
    private static final long SPARK = 1L << 30;

    /** Sorting, shuffling, and a Parquet row group being written. */
    static final long HEAP_OF_A_TASK = 512L << 20;

    /** A character of a window: as text, as tokens, and as chunks. */
    static final long WINDOW_CHARACTER = 16;

    /** Network buffers, code, thread stacks. */
    static final long NATIVE = 512L << 20;

    /** As well as CUDA's context and libraries on the host. */
    static final long NATIVE_WITH_GPU = 3L << 30;

    /** A run of a session, and a text of a megabyte in the tokenizer at 170 bytes a byte. */
    static final long NATIVE_OF_A_TASK = 300L << 20;

    static Memory of(Cluster cluster, long windowCharacters, long modelBytes) {
      return new Memory(
          SPARK + cluster.cores() * (HEAP_OF_A_TASK + 2 * windowCharacters * WINDOW_CHARACTER),
          (cluster.gpus() > 0 ? NATIVE_WITH_GPU : NATIVE)
              + 3 * modelBytes
              + cluster.cores() * NATIVE_OF_A_TASK);
    }
  }

  static Sizing of(Cluster cluster, List<Work> stages, Memory memory) {
    return new Sizing(
        cluster, stages.stream().map(work -> Need.of(work, cluster)).toList(), memory);
  }

  /** For people, with the formula. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        say(
            "On %s: %,d executors of %,d cores%s",
            cluster.name(),
            cluster.executors(),
            cluster.cores(),
            cluster.gpus() == 0 ? "" : say(" and %,d GPU", cluster.gpus())));
    lines.add(
        say(
            "  %-10s %8s %9s %12s %10s %10s  %s",
            "stage", "tokens", "hours", "devices", "shuffled", "stored", "tokens/s of one device"));
    stages.forEach(need -> lines.add(line(need)));
    lines.add(
        say(
            "  %-10s %8s %9s %12s %10s %10s",
            "together",
            "",
            hoursTogether(),
            "",
            bytes(stages.stream().mapToDouble(Need::shuffled).sum()),
            bytes(stages.stream().mapToDouble(Need::stored).sum())));
    lines.add("  hours = tokens / (tokens/s of one device x devices) / 3600");
    stages.stream()
        .filter(need -> need.hours() > HOURS_OF_A_DAY)
        .forEach(
            need ->
                lines.add(
                    say(
                        "  To do %s within a day: %,d %s.",
                        need.work().name(), need.devicesForADay(), devices(need))));
    stages.stream()
        .filter(need -> need.hours() == 0)
        .forEach(need -> lines.add(say("  %s: %s", need.work().name(), need.work().source())));
    lines.add(
        memory(
            "heap",
            "1 GiB + cores x (0.5 GiB + 2 windows)",
            memory.heap(),
            cluster.heap(),
            "memory"));
    lines.add(
        memory(
            "beside it",
            say("%s GiB + 3 x models + cores x 0.3 GiB", cluster.gpus() > 0 ? "3" : "0.5"),
            memory.overhead(),
            cluster.overhead(),
            "memoryOverhead"));
    return lines;
  }

  /** Of the stages whose speed is known, told as a lower bound where there are others. */
  private String hoursTogether() {
    double sum = stages.stream().mapToDouble(Need::hours).sum();
    if (sum == 0) {
      return "unknown";
    }
    boolean complete = stages.stream().allMatch(need -> need.hours() > 0);
    return (complete ? "" : "> ") + hours(sum);
  }

  private static String line(Need need) {
    Work work = need.work();
    return say(
        "  %-10s %8s %9s %12s %10s %10s  %s",
        work.name(),
        Quantity.show(work.tokens()),
        need.hours() == 0 ? "unknown" : hours(need.hours()),
        say("%,d %s", need.devices(), devices(need)),
        bytes(need.shuffled()),
        bytes(need.stored()),
        work.speed() == 0 ? "" : say("%,.0f (%s)", work.speed(), work.source()));
  }

  private static String devices(Need need) {
    return need.work().device() == Device.GPU ? "GPUs" : "cores";
  }

  private static String memory(
      String what, String formula, long needed, long there, String setting) {
    return say(
        "  Memory of an executor, %s: %s = %.1f GiB; the profile has %.1f GiB%s",
        what,
        formula,
        needed / GIB,
        there / GIB,
        needed <= there
            ? "."
            : say(
                ", which is too little: set spark.executor.%s = %.0fm.",
                setting, Math.ceil(needed / MIB)));
  }

  private static String hours(double hours) {
    return say(hours < 0.095 ? "%.2f" : hours < 99.5 ? "%.1f" : "%,.0f", hours);
  }

  private static String bytes(double bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB", "PB"};
    int unit = 0;
    double value = bytes;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return say(value < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }

  private static String say(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
