package io.gradus.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Wall time and this process's processor time since it was made. */
final class Stopwatch {
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final long began = System.nanoTime();
  private final long used = PROCESS.getProcessCpuTime();

  Rival.Round stop() {
    return new Rival.Round(
        (System.nanoTime() - began) / 1e9, (PROCESS.getProcessCpuTime() - used) / 1e9);
  }

  /** Processes that want to run, over the last minute. */
  static double load() {
    return PROCESS.getSystemLoadAverage();
  }
}
