package io.gradus.common.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  @Test
  void aProgressLineShowsShareSpeedAndTimeLeft() {
    assertThat(Console.progressLine("rate", 25, 100, 2_500_000, Duration.ofSeconds(50)))
        .isEqualTo("  rate       25 %  2,500,000 tokens  50,000 tokens/s  2:30 left");
  }

  @Test
  void withoutATotalThereIsNoTimeLeft() {
    assertThat(Console.progressLine("ingest", 25, 0, 100, Duration.ofSeconds(10)))
        .isEqualTo("  ingest           100 tokens  10 tokens/s  time left not yet known");
  }

  @Test
  void durationsReadLikeAClock() {
    assertThat(Console.duration(Duration.ofSeconds(7))).isEqualTo("7 s");
    assertThat(Console.duration(Duration.ofSeconds(125))).isEqualTo("2:05");
    assertThat(Console.duration(Duration.ofSeconds(11_045))).isEqualTo("3:04:05");
  }
}
