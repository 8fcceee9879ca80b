package io.gradus.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs {@code bin/gradus} as a process of its own. */
final class Program {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private Program() {}

  /**
   * What a finished run left.
   *
   * @param exitCode of the process
   * @param output standard output and standard error together
   */
  record Finished(int exitCode, String output) {}

  /** The root of the checkout. */
  static Path root() {
    return ROOT;
  }

  /** Runs a command to its end. */
  static Finished run(Path folder, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Process process = start(output, environment, arguments);
    int exitCode = process.waitFor();
    return new Finished(exitCode, Files.readString(output));
  }

  /** Starts a command; the shell replaces itself, so that killing the process kills the JVM. */
  static Process start(Path output, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("bin/gradus").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("GRADUS_MEMORY", "1g");
    builder.environment().putAll(environment);
    return builder.start();
  }
}
