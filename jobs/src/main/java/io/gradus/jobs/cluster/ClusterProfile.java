package io.gradus.jobs.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Section;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A cluster as {@code conf/clusters/*.conf} describes it.
 *
 * @param name the file's name without its ending
 * @param master for {@code --master}; {@code master}
 * @param deployMode where the driver runs; {@code deploy-mode}, by default {@code cluster}
 * @param jar the assembly where the cluster finds it; {@code jar}, empty for the one of this
 *     installation, which spark-submit then sends
 * @param files sent to every executor's working folder; {@code files}
 * @param archives unpacked there; {@code archives}
 * @param shared folders that all machines see under the same path; {@code shared}
 * @param settings of Spark, by key; {@code conf}
 */
public record ClusterProfile(
    String name,
    String master,
    DeployMode deployMode,
    String jar,
    List<String> files,
    List<String> archives,
    List<String> shared,
    SortedMap<String, String> settings) {
  private static final String ENDING = ".conf";

  private static final Key<String> MASTER =
      Key.text("master", "Spark's master, such as `yarn` or `k8s://https://...`.");
  private static final Key<DeployMode> DEPLOY_MODE =
      Key.choice(
          "deploy-mode", DeployMode.CLUSTER, "Where the driver runs: here, or on the cluster.");
  private static final Key<String> JAR =
      Key.text("jar", "The assembly where the cluster has it already, such as `local:///opt/...`.")
          .otherwise("this installation's, which is sent");
  private static final Key<List<String>> FILES =
      Key.paths("files", "Sent to every executor's working folder.");
  private static final Key<List<String>> ARCHIVES = Key.paths("archives", "Unpacked there.");
  private static final Key<List<String>> SHARED =
      Key.paths("shared", "Local folders that all machines see under the same path.");
  private static final Key<Section> CONF =
      Key.byName("conf", "setting", "value", "Settings of Spark, whole names in quotes.");

  /** The keys of a profile. */
  public static final Keys KEYS = Keys.of(MASTER, DEPLOY_MODE, JAR, FILES, ARCHIVES, SHARED, CONF);

  /** Where the driver runs. */
  public enum DeployMode {
    /** On the machine that submits. */
    CLIENT,
    /** On a machine of the cluster. */
    CLUSTER
  }

  public ClusterProfile {
    files = List.copyOf(files);
    archives = List.copyOf(archives);
    shared = List.copyOf(shared);
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
  }

  /**
   * Reads a profile.
   *
   * @param name a path, or the name of one of {@code profiles} without its ending
   * @param profiles the folder of the profiles that come with Gradus
   * @param overrides {@code key=value} of Spark's settings
   * @throws UserMistake that names every problem at once
   */
  public static ClusterProfile read(String name, Path profiles, List<String> overrides) {
    Path file = find(name, profiles);
    Problems problems = new Problems();
    Section root =
        Section.root(parse(file), problems, file.toAbsolutePath().normalize().getParent());
    Section conf = root.read(CONF);
    Map<String, String> settings = conf.texts();
    settings.keySet().stream()
        .filter(key -> !key.startsWith("spark."))
        .forEach(
            key ->
                conf.problem(
                    key, "is no setting of Spark; write its whole name in quotes: \"spark....\""));
    ClusterProfile profile =
        new ClusterProfile(
            baseName(file),
            root.read(MASTER),
            root.read(DEPLOY_MODE),
            root.read(JAR, ""),
            root.read(FILES),
            root.read(ARCHIVES),
            root.read(SHARED),
            overridden(settings, overrides));
    root.finish(KEYS);
    problems.throwIfAny();
    return profile;
  }

  private static Path find(String name, Path profiles) {
    Path file = Path.of(name);
    if (Files.isRegularFile(file)) {
      return file;
    }
    Path known = profiles.resolve(name + ENDING);
    if (Files.isRegularFile(known)) {
      return known;
    }
    List<String> names = names(profiles);
    throw new UserMistake(
        "--cluster: there is neither a file '"
            + name
            + "' nor a profile of that name in "
            + profiles
            + ". "
            + Suggestion.nearest(name, names)
                .map(near -> "Did you mean '" + near + "'? ")
                .orElse("")
            + "Profiles there: "
            + String.join(", ", names)
            + ".");
  }

  private static List<String> names(Path profiles) {
    if (!Files.isDirectory(profiles)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(profiles)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(ENDING))
          .map(ClusterProfile::baseName)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String baseName(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
  }

  private static Config parse(Path file) {
    try {
      return ConfigFactory.parseFile(
              file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
          .resolve();
    } catch (ConfigException e) {
      throw new UserMistake("Cannot read the cluster's profile: " + e.getMessage(), e);
    }
  }

  private static SortedMap<String, String> overridden(
      Map<String, String> settings, List<String> overrides) {
    SortedMap<String, String> all = new TreeMap<>(settings);
    for (String override : overrides) {
      int equals = override.indexOf('=');
      if (equals <= 0 || !override.startsWith("spark.")) {
        throw new UserMistake(
            "--conf "
                + override
                + ": give a setting of Spark and its value, as in --conf"
                + " spark.executor.instances=20");
      }
      all.put(override.substring(0, equals), override.substring(equals + 1));
    }
    return all;
  }

  /** Whether work is done by other processes than the driver. */
  public boolean hasExecutors() {
    return !master.startsWith("local[") && !master.equals("local");
  }

  /** Whether all machines see what lies under this local path. */
  public boolean isShared(String path) {
    return shared.stream().anyMatch(folder -> path.equals(folder) || path.startsWith(folder + "/"));
  }

  /** How many executors there are. */
  public int executors() {
    return number("spark.executor.instances", 1);
  }

  /** How many tasks each of them runs at a time. */
  public int coresOfAnExecutor() {
    return number("spark.executor.cores", 1) / number("spark.task.cpus", 1);
  }

  /** How many GPUs each of them has. */
  public int gpusOfAnExecutor() {
    return number("spark.executor.resource.gpu.amount", 0);
  }

  /** The heap of each of them, in bytes. */
  public long heap() {
    return size("spark.executor.memory").orElse(1L << 30);
  }

  /**
   * What each of them may take beside its heap, in bytes: by default a tenth of the heap, at least
   * 384 MiB (Spark's configuration guide).
   */
  public long overhead() {
    return size("spark.executor.memoryOverhead").orElse(Math.max(384L << 20, heap() / 10));
  }

  private int number(String key, int otherwise) {
    String value = settings.get(key);
    try {
      return value == null ? otherwise : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new UserMistake(name + ": " + key + " = '" + value + "' is not a whole number", e);
    }
  }

  /** Spark's sizes: {@code 512m} is binary, and a bare number counts mebibytes. */
  private Optional<Long> size(String key) {
    String value = settings.get(key);
    if (value == null) {
      return Optional.empty();
    }
    String unit = value.matches("\\d+") ? "MiB" : "";
    try {
      String text = value.replaceAll("(?i)([kmgt])b?$", "$1iB") + unit;
      return Optional.of(Quantity.bytes(text));
    } catch (IllegalArgumentException e) {
      throw new UserMistake(name + ": " + key + " = '" + value + "' is no size such as 12g", e);
    }
  }
}
