package io.gradus.integration;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * An S3 server in a process of its own, with one bucket, and what reaches it by {@code s3a://}. The
 * build has both with the profile {@code s3} only, and without it tests that need them are left
 * out.
 */
public final class ObjectStore implements AutoCloseable {
  private static final String ACCESS_KEY = "gradus-access";
  private static final String SECRET_KEY = "gradus-secret";
  private static final String BUCKET = "bucket";

  private final Path configuration;
  private final Process server;
  private final Map<String, String> settings = new TreeMap<>();

  private ObjectStore(Path configuration, Process server) {
    this.configuration = configuration;
    this.server = server;
  }

  /** Starts a server that keeps its objects below a folder. */
  public static ObjectStore start(Path folder) throws IOException {
    Path jar = Path.of(System.getProperty("s3a.folder", "none"), "server/s3proxy.jar");
    assumeTrue(Files.exists(jar), "The profile s3 is off: mvn verify -Ps3 runs this test");
    Path configuration = Files.createDirectories(folder.resolve("hadoop"));
    Path objects = folder.resolve("objects");
    Files.createDirectories(objects.resolve(BUCKET));
    Path properties = folder.resolve("server.properties");
    Files.writeString(
        properties,
        """
        s3proxy.endpoint=http://127.0.0.1:0
        s3proxy.authorization=aws-v2-or-v4
        s3proxy.identity=%s
        s3proxy.credential=%s
        jclouds.provider=filesystem
        jclouds.filesystem.basedir=%s
        """
            .formatted(ACCESS_KEY, SECRET_KEY, objects));
    Path log = folder.resolve("server.log");
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    Process server =
        new ProcessBuilder(
                java,
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString(),
                "--properties",
                properties.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    ObjectStore store = new ObjectStore(configuration, server);
    try {
      store.connect(log);
    } catch (IOException | RuntimeException | AssertionError e) {
      store.close();
      throw e;
    }
    return store;
  }

  private void connect(Path log) throws IOException {
    Pattern address = Pattern.compile("Started \\S*ServerConnector.*\\{(127\\.0\\.0\\.1:\\d+)}");
    StandaloneCluster.await(
        "the server's address in " + log,
        () -> !server.isAlive() || address.matcher(read(log)).find());
    Matcher matcher = address.matcher(read(log));
    if (!matcher.find()) {
      throw new IllegalStateException(read(log));
    }
    settings.put("fs.s3a.endpoint", "http://" + matcher.group(1));
    settings.put("fs.s3a.endpoint.region", "us-east-1");
    settings.put("fs.s3a.path.style.access", "true");
    settings.put("fs.s3a.access.key", ACCESS_KEY);
    settings.put("fs.s3a.secret.key", SECRET_KEY);
    // Files of a few parts in small tests.
    settings.put("fs.s3a.multipart.size", "5M");
    StringBuilder xml = new StringBuilder("<configuration>\n");
    settings.forEach(
        (name, value) ->
            xml.append(
                "  <property><name>%s</name><value>%s</value></property>\n"
                    .formatted(name, value)));
    Files.writeString(
        configuration.resolve("core-site.xml"), xml.append("</configuration>\n").toString());
  }

  /** The URI of a key in the bucket. */
  public String uri(String key) {
    return "s3a://" + BUCKET + "/" + key;
  }

  /** For {@code bin/gradus}. */
  Map<String, String> environment() {
    return Map.of(
        "HADOOP_CONF_DIR",
        configuration.toString(),
        "GRADUS_CLASS_PATH",
        System.getProperty("s3a.folder") + "/jars/*");
  }

  /** For spark-submit. */
  List<String> options() throws IOException {
    List<String> options = new ArrayList<>(List.of("--jars", String.join(",", jars())));
    settings.forEach(
        (name, value) -> options.addAll(List.of("--conf", "spark.hadoop." + name + "=" + value)));
    return options;
  }

  /** Loaded once, since S3A registers its metrics in the JVM. */
  private static final class S3A {
    static final ClassLoader LOADER = loader();

    private static ClassLoader loader() {
      try {
        List<URL> urls = new ArrayList<>();
        for (String jar : jars()) {
          urls.add(Path.of(jar).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ObjectStore.class.getClassLoader());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static List<String> jars() throws IOException {
    try (Stream<Path> jars = Files.list(Path.of(System.getProperty("s3a.folder"), "jars"))) {
      return jars.map(jar -> jar.toAbsolutePath().normalize().toString()).sorted().toList();
    }
  }

  /** How this JVM reaches the server, by classes that are not on its class path. */
  public Configuration hadoop() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.setClassLoader(S3A.LOADER);
    settings.forEach(hadoop::set);
    return hadoop;
  }

  /** The bucket; to be closed. */
  FileSystem fileSystem() throws IOException {
    return FileSystem.newInstance(java.net.URI.create(uri("")), hadoop());
  }

  @Override
  public void close() {
    try {
      // Hadoop keeps it by the bucket's name, which the next server has too, on another port.
      FileSystem.get(java.net.URI.create(uri("")), hadoop()).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      server.destroyForcibly();
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
