package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of the tests that runs beside them.
 *
 * @param log the file with what it prints
 */
record RunningScript(Process process, Path log) {
  /** Where the tests' Python programs lie. */
  static final Path SCRIPTS = Path.of("src/test/python").toAbsolutePath();

  /** Starts any program; what it prints goes into a file of the folder. */
  static RunningScript start(Path folder, String... command) throws IOException {
    Path log = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    return new RunningScript(builder.redirectOutput(log.toFile()).start(), log);
  }

  /** Starts one of the tests' Python programs. */
  static RunningScript python(Path folder, Path python, String name, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(python.toString());
    // No byte code beside the sources.
    command.add("-B");
    command.add(SCRIPTS.resolve(name).toString());
    command.addAll(List.of(arguments));
    return start(folder, command.toArray(String[]::new));
  }

  /** The folder of what the build has installed; its script installs nothing twice. */
  static Path installed(Path folder, String script) throws IOException, InterruptedException {
    List<String> lines = start(folder, SCRIPTS.resolve(script).toString()).finish();
    return Path.of(lines.get(lines.size() - 1));
  }

  /** Waits for the program and returns the lines that it printed; fails with them when it fails. */
  List<String> finish() throws IOException, InterruptedException {
    int exit = process.waitFor();
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    lines.forEach(System.out::println);
    assertThat(exit).as(String.join("\n", lines)).isZero();
    return lines;
  }
}
