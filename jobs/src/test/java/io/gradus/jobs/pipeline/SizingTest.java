package io.gradus.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.jobs.pipeline.Sizing.Cluster;
import io.gradus.jobs.pipeline.Sizing.Device;
import io.gradus.jobs.pipeline.Sizing.Memory;
import io.gradus.jobs.pipeline.Sizing.Work;
import java.util.List;
import org.junit.jupiter.api.Test;

class SizingTest {
  private static final long GIB = 1L << 30;
  private static final Cluster CLUSTER = new Cluster("ours", 10, 8, 2, 12 * GIB, 4 * GIB);

  @Test
  void hoursAreTokensByTheSpeedOfAllDevices() {
    Sizing sizing =
        sizing(
            new Work("ingest", 288_000_000_000L, Device.CORE, 100_000, "measured", 2.0, 1.5),
            new Work("rate", 288_000_000_000L, Device.GPU, 100_000, "measured", 0, 0.1));
    Sizing.Need ingest = sizing.stages().get(0);
    assertThat(ingest.devices()).isEqualTo(80);
    assertThat(ingest.hours()).isEqualTo(10.0);
    assertThat(ingest.shuffled()).isEqualTo(576e9);
    assertThat(ingest.stored()).isEqualTo(432e9);
    Sizing.Need rate = sizing.stages().get(1);
    assertThat(rate.devices()).isEqualTo(20);
    assertThat(rate.hours()).isEqualTo(40.0);
    assertThat(rate.devicesForADay()).isEqualTo(34);
  }

  @Test
  void linesNameHoursVolumesAndTheFormula() {
    List<String> lines =
        sizing(
                new Work("ingest", 288_000_000_000L, Device.CORE, 100_000, "measured", 2.0, 1.5),
                new Work("rate", 288_000_000_000L, Device.GPU, 100_000, "by bench", 0, 0.1))
            .lines();
    assertThat(lines)
        .contains(
            "On ours: 10 executors of 8 cores and 2 GPU",
            "  ingest         288B      10.0     80 cores     576 GB     432 GB  100,000 (measured)",
            "  rate           288B      40.0      20 GPUs        0 B      29 GB  100,000 (by bench)",
            "  hours = tokens / (tokens/s of one device x devices) / 3600",
            "  To do rate within a day: 34 GPUs.");
  }

  @Test
  void anUnknownSpeedSaysHowToMeasureIt() {
    List<String> lines =
        sizing(new Work("rate", 1_000, Device.GPU, 0, "run 'gradus rater bench x'", 0, 1)).lines();
    assertThat(lines).anyMatch(line -> line.matches("  rate +1000 +unknown .*"));
    assertThat(lines).anyMatch(line -> line.matches("  together +unknown .*"));
    assertThat(lines).contains("  rate: run 'gradus rater bench x'");
  }

  @Test
  void hoursTogetherAreAtLeastThoseThatAreKnown() {
    List<String> lines =
        sizing(
                new Work("ingest", 288_000_000_000L, Device.CORE, 100_000, "measured", 2.0, 1.5),
                new Work("rate", 1_000, Device.GPU, 0, "run 'gradus rater bench x'", 0, 1))
            .lines();
    assertThat(lines).anyMatch(line -> line.matches("  together +> 10\\.0 .*"));
  }

  @Test
  void memoryIsForTasksWindowsAndModels() {
    Memory memory = Memory.of(CLUSTER, 2_000_000, 500L << 20);
    assertThat(memory.heap()).isEqualTo(GIB + 8 * ((512L << 20) + 64_000_000L));
    assertThat(memory.overhead()).isEqualTo(3 * GIB + (1500L << 20) + 8 * (300L << 20));
    assertThat(sizing().lines())
        .anyMatch(line -> line.endsWith("= 5.5 GiB; the profile has 12.0 GiB."))
        .anyMatch(
            line ->
                line.endsWith(
                    "the profile has 4.0 GiB, which is too little: set"
                        + " spark.executor.memoryOverhead = 6972m."));
  }

  private static Sizing sizing(Work... works) {
    return Sizing.of(CLUSTER, List.of(works), Memory.of(CLUSTER, 2_000_000, 500L << 20));
  }
}
