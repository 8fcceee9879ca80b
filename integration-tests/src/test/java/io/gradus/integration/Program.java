package io.gradus.integration;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs Gradus as a process of its own: by {@code bin/gradus}, or on a cluster by spark-submit. */
final class Program {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final String FIRST_COMPILER = "-XX:TieredStopAtLevel=1";
  private static final Path TARGET = ROOT.resolve("jobs/target");

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
    return finish(start(output, environment, arguments), output);
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

  /**
   * Starts the assembly by spark-submit, Spark and Hadoop on the class path.
   *
   * @param spark options of spark-submit, the master among them
   */
  static Process submit(Path output, List<String> spark, String... arguments) throws IOException {
    return submitMain(output, "Gradus", spark, arguments);
  }

  /**
   * As {@link #submit}, by another main class.
   *
   * @param main its name in the package of commands
   */
  static Process submitMain(Path output, String main, List<String> spark, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(java());
    command.add("-Dlog4j2.configurationFile=" + ROOT.resolve("conf/log4j2.properties"));
    // Short runs have nothing of the second compiler.
    command.addAll(List.of("-Xmx1g", FIRST_COMPILER, "org.apache.spark.deploy.SparkSubmit"));
    command.addAll(spark);
    command.addAll(List.of("--conf", "spark.ui.enabled=false"));
    command.addAll(List.of("--conf", "spark.executor.extraJavaOptions=" + FIRST_COMPILER));
    command.addAll(List.of("--class", "io.gradus.jobs.command." + main, assembly().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", providedClassPath());
    return builder.start();
  }

  /** Waits for a process. */
  static Finished finish(Process process, Path output) throws IOException, InterruptedException {
    int exitCode = process.waitFor();
    return new Finished(exitCode, Files.readString(output));
  }

  /** Java, with what Spark needs of it. */
  static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of(System.getProperty("spark.jvm.options").split(" ")));
    return command;
  }

  /** Spark, Hadoop and what they bring. */
  static String providedClassPath() throws IOException {
    return Files.readString(TARGET.resolve("provided-class-path.txt")).strip();
  }

  /** A port that nothing listens on. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** The jar that a cluster gets. */
  static Path assembly() {
    return TARGET.resolve("gradus-jobs-assembly.jar");
  }
}
