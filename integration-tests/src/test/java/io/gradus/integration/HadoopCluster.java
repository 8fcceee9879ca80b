package io.gradus.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** HDFS and YARN, Hadoop's own daemons in a process of their own ({@code MiniHadoop}). */
final class HadoopCluster implements AutoCloseable {
  private static final Path SOURCE = Path.of("src/test/hadoop/MiniHadoop.java").toAbsolutePath();
  private static final Path LIBRARIES = Path.of("target/hadoop").toAbsolutePath();
  private static final String EXECUTOR = "YarnCoarseGrainedExecutorBackend";

  private final Path folder;
  private final Process process;

  private HadoopCluster(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /** Starts a cluster and waits until its nodes are there. */
  static HadoopCluster start(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path log = folder.resolve("hadoop.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-Xmx700m",
            "-XX:TieredStopAtLevel=1",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "-classpath",
            LIBRARIES + "/*",
            SOURCE.toString(),
            folder.toString());
    // Containers are started with this Java.
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // Hadoop's tests write into target/ of wherever they are.
    builder.directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
    HadoopCluster cluster = new HadoopCluster(folder, builder.start());
    StandaloneCluster.await(
        "Hadoop, see " + log,
        () -> Files.exists(folder.resolve("ready")) || !cluster.process.isAlive());
    if (!cluster.process.isAlive()) {
      throw new IllegalStateException("Hadoop did not start:\n" + Files.readString(log));
    }
    return cluster;
  }

  /** For {@code HADOOP_CONF_DIR}. */
  Path configuration() {
    return folder.resolve("conf");
  }

  FileSystem hdfs() {
    Configuration settings = new Configuration();
    settings.addResource(
        new org.apache.hadoop.fs.Path(configuration().resolve("core-site.xml").toUri()));
    try {
      return FileSystem.newInstance(settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The processes of Spark's executors. */
  List<ProcessHandle> executors() {
    return process
        .descendants()
        .filter(ProcessHandle::isAlive)
        .filter(HadoopCluster::isExecutor)
        .toList();
  }

  /** Not the shells around it, whose command lines hold its own. */
  private static boolean isExecutor(ProcessHandle handle) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc/" + handle.pid() + "/cmdline"));
      String[] words = new String(line, StandardCharsets.UTF_8).split("\0", -1);
      return words[0].endsWith("/java")
          && List.of(words).stream().anyMatch(word -> word.endsWith(EXECUTOR));
    } catch (IOException gone) {
      return false;
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> containers = process.descendants().toList();
    process.destroyForcibly();
    containers.forEach(ProcessHandle::destroyForcibly);
  }
}
