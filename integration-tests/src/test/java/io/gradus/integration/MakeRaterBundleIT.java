package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code bin/make-rater-bundle} itself. {@code -Dreaders=none} leaves it out. */
class MakeRaterBundleIT {
  private static final Path SCRIPT =
      Path.of("src/test/python/test_make_rater_bundle.py").toAbsolutePath();

  /** The cases are in Python, beside the program, where the models are made. */
  @Test
  void itsOwnTestsPass() throws IOException, InterruptedException {
    assumeFalse(
        Boolean.getBoolean("readers.skip"),
        "-Dreaders=none: PyTorch and transformers are left out");
    // The build has installed it already, so this only asks where it is.
    String environment =
        run(Program.root().resolve("bin/make-rater-bundle").toString(), "--install")
            .lines()
            .reduce((first, last) -> last)
            .orElseThrow();
    String output =
        run(Path.of(environment, "bin/python").toString(), "-B", "-W", "ignore", SCRIPT.toString());
    assertThat(output).containsPattern("Ran [1-9][0-9]* tests");
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
