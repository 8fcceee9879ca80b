package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The whole Spark that the build has unpacked into the cache. */
final class SparkDistribution {
  private static final Path SCRIPT = Path.of("src/test/python/install-spark.sh").toAbsolutePath();

  private SparkDistribution() {}

  /** Its folder, for {@code SPARK_HOME}; {@code -Dreaders=none} leaves tests that need it out. */
  static Path home() throws IOException, InterruptedException {
    assumeFalse(Boolean.getBoolean("readers.skip"), "-Dreaders=none: no Spark distribution");
    // The build has installed it already, so this only asks where it is.
    Process process =
        new ProcessBuilder(SCRIPT.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return Path.of(printed.strip());
  }
}
