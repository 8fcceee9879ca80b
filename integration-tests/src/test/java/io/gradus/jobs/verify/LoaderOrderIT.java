package io.gradus.jobs.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.gradus.common.workspace.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The simulated reading orders are those of the trainers' own loaders: for every rank, batch and
 * sample of several topologies, such that come out even and such that do not. {@code
 * -Dreaders=none} leaves these tests out.
 */
class LoaderOrderIT {
  private static final Path SCRIPTS = Path.of("src/test/python").toAbsolutePath();

  @TempDir Path folder;
  private Path environments;

  @BeforeEach
  void findReaders() throws IOException, InterruptedException {
    assumeFalse(
        Boolean.getBoolean("readers.skip"),
        "-Dreaders=none: the trainers' own readers are left out");
    List<String> lines = run(List.of(SCRIPTS.resolve("install-readers.sh").toString()));
    environments = Path.of(lines.get(lines.size() - 1));
  }

  @ParameterizedTest
  @CsvSource({
    "mosaicml-streaming, streaming",
    "mosaicml-streaming-read, streaming",
    "olmo-core, trainers",
    "datatrove, trainers",
    "hf-map, trainers",
    "hf-split-by-node, trainers",
    "hf-streaming, trainers",
    "litdata, trainers",
  })
  void simulatedOrdersAreThoseOfTheLoaders(String loader, String environment)
      throws IOException, InterruptedException {
    List<LoaderCases.Case> cases = LoaderCases.of(loader);
    assertThat(cases).isNotEmpty();
    Path file = folder.resolve("cases.json");
    Files.writeString(file, Json.tree(cases).toString());

    List<String> lines =
        run(
            List.of(
                environments.resolve(environment).resolve("bin/python").toString(),
                "-B",
                SCRIPTS.resolve("loader_orders.py").toString(),
                "--loader=" + loader,
                "--cases=" + file));

    assertThat(lines.get(lines.size() - 1))
        .isEqualTo(
            loader
                + ": "
                + cases.size()
                + " topologies, every rank, batch and sample as simulated");
  }

  /** Runs a program and returns the lines that it printed; fails with them when it fails. */
  private List<String> run(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile(folder, "output", ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    int exit = process.waitFor();
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    assertThat(exit).as("%s%n%s", command, String.join("\n", lines)).isZero();
    return lines;
  }
}
