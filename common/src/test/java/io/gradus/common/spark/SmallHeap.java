package io.gradus.common.spark;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a class in a JVM of its own, with this one's class path and as much heap as is said. */
public final class SmallHeap {
  private SmallHeap() {}

  /**
   * Runs to the end, and prints what was said if that went wrong.
   *
   * @param output where to keep what is said
   * @return the exit code
   */
  public static int run(int heapMib, Path output, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-Xmx") && !argument.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx" + heapMib + "m",
            // Spark asks for 450 MiB otherwise, and keeps 300 of them.
            "-Dspark.testing.reservedMemory=1000000",
            "-Dspark.memory.fraction=0.3",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(output.toFile()))
            .start();
    int exitCode = process.waitFor();
    if (exitCode != 0) {
      System.out.println(Files.readString(output));
    }
    return exitCode;
  }
}
