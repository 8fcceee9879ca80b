package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A standalone Spark: a master, workers and their executors, each a process of its own. Every
 * worker has one core and, as its discovery script says, GPUs.
 */
final class StandaloneCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path folder;
  private final Path sparkHome;
  private final List<Process> processes = new ArrayList<>();
  private final List<Process> workers = new ArrayList<>();
  private List<String> shuffleService = List.of();
  private String url;

  private StandaloneCluster(Path folder) {
    this.folder = folder;
    this.sparkHome = folder.resolve("spark-home");
  }

  /**
   * Starts a cluster and waits until all workers are there.
   *
   * @param gpus for each worker the address of its only GPU
   */
  static StandaloneCluster start(Path folder, String... gpus) throws IOException {
    StandaloneCluster cluster = new StandaloneCluster(Files.createDirectories(folder));
    cluster.startAll(gpus);
    return cluster;
  }

  /** As {@link #start}, and the first worker serves the shuffle files of all executors. */
  static StandaloneCluster startWithShuffleService(Path folder, String... gpus) throws IOException {
    StandaloneCluster cluster = new StandaloneCluster(Files.createDirectories(folder));
    cluster.shuffleService =
        List.of(
            "spark.shuffle.service.enabled=true",
            "spark.shuffle.service.port=" + Program.freePort());
    cluster.startAll(gpus);
    return cluster;
  }

  private void startAll(String... gpus) throws IOException {
    try {
      linkSparkHome();
      Path log = startMaster();
      for (String gpu : gpus) {
        startWorker(gpu);
      }
      await("workers in " + log, () -> occurrences("Registering worker", log) == gpus.length);
    } catch (IOException | RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  /** For {@code spark.master}. */
  String url() {
    return url;
  }

  /** Settings of an application that has its shuffle files served by a worker. */
  List<String> shuffleService() {
    return shuffleService;
  }

  /** The executors' processes. */
  List<ProcessHandle> executors() {
    return workers.stream().flatMap(Process::children).filter(ProcessHandle::isAlive).toList();
  }

  /** Waits until something holds. */
  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(end);
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    executors().forEach(ProcessHandle::destroyForcibly);
    processes.forEach(Process::destroyForcibly);
  }

  /** What a Spark distribution has: executors' class path is {@code jars/*}. */
  private void linkSparkHome() throws IOException {
    Path jars = Files.createDirectories(sparkHome.resolve("jars"));
    Files.createDirectories(sparkHome.resolve("conf"));
    for (String jar : Program.providedClassPath().split(":", -1)) {
      Path file = Path.of(jar);
      Files.createSymbolicLink(jars.resolve(file.getFileName()), file);
    }
  }

  private Path startMaster() throws IOException {
    Path log = folder.resolve("master.log");
    startDaemon(log, "127.0.0.1", "org.apache.spark.deploy.master.Master", "--port", "0");
    Pattern address = Pattern.compile("Starting Spark master at (spark://\\S+)");
    await(
        "the master's address in " + log,
        () -> {
          Matcher matcher = address.matcher(read(log));
          if (matcher.find()) {
            url = matcher.group(1);
          }
          return url != null;
        });
    return log;
  }

  private void startWorker(String gpu) throws IOException {
    Path work = Files.createDirectories(folder.resolve("worker-" + workers.size()));
    Path script = work.resolve("gpus.sh");
    Files.writeString(
        script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"%s\"]}'\n".formatted(gpu));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path properties = work.resolve("worker.properties");
    Files.writeString(
        properties,
        """
        spark.worker.resource.gpu.amount 1
        spark.worker.resource.gpu.discoveryScript %s
        """
            .formatted(script));
    if (workers.isEmpty()) {
      // One for all: it listens on every address of this machine.
      Files.write(properties, shuffleService, StandardOpenOption.APPEND);
    }
    workers.add(
        startDaemon(
            work.resolve("worker.log"),
            // A host of its own, since Spark makes no speculative copy on the host of the original.
            "127.0.0." + (2 + workers.size()),
            "org.apache.spark.deploy.worker.Worker",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            work.toString(),
            "--properties-file",
            properties.toString(),
            url));
  }

  private Process startDaemon(Path log, String host, String main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(Program.java());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", main));
    command.addAll(List.of("--host", host, "--webui-port", "0"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("CLASSPATH", Program.providedClassPath());
    builder.environment().put("SPARK_HOME", sparkHome.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", host);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private static int occurrences(String text, Path log) {
    return read(log).split(Pattern.quote(text), -1).length - 1;
  }

  private static String read(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return String.join("\n", lines.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
