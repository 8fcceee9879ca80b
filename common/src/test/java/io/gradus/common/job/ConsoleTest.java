package io.gradus.common.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  @Test
  void aProgressLineShowsShareSpeedAndTimeLeft() {
    assertThat(Console.progressLine("rate", Pace.of(25, 100, 2_500_000, Duration.ofSeconds(50))))
        .isEqualTo("  rate       25 %  2,500,000 tokens  50,000 tokens/s  2:30 left");
  }

  @Test
  void withoutATotalThereIsNoTimeLeft() {
    assertThat(Console.progressLine("ingest", Pace.of(25, 0, 100, Duration.ofSeconds(10))))
        .isEqualTo("  ingest           100 tokens  10 tokens/s  time left not yet known");
  }

  @Test
  void whatWasCountedTwiceIsNoMoreThanTheWhole() {
    assertThat(Pace.of(120, 100, 5, Duration.ofSeconds(10))).isEqualTo(new Pace(1.0, 5, 0.5, 0L));
  }

  @Test
  void thePaceIsThatOfTheWorkShownNow() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Console console = new Console(nowhere, Clock.systemUTC(), Duration.ofMinutes(1));
    assertThat(console.pace()).isEmpty();
    try (Console.Progress shown = console.progress("rate", 10, () -> 5, () -> 70, List::of)) {
      assertThat(shown).isNotNull();
      assertThat(console.pace().orElseThrow().share()).isEqualTo(0.5);
      assertThat(console.pace().orElseThrow().tokens()).isEqualTo(70);
    }
    assertThat(console.pace()).isEmpty();
  }

  @Test
  void durationsReadLikeAClock() {
    assertThat(Console.duration(Duration.ofSeconds(7))).isEqualTo("7 s");
    assertThat(Console.duration(Duration.ofSeconds(125))).isEqualTo("2:05");
    assertThat(Console.duration(Duration.ofSeconds(11_045))).isEqualTo("3:04:05");
  }
}
