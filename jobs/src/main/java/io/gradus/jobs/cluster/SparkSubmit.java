package io.gradus.jobs.cluster;

import io.gradus.common.configuration.Credentials;
import io.gradus.common.job.UserMistake;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A command line of spark-submit.
 *
 * @param options in the order in which they stand, the program first; each with its value
 */
public record SparkSubmit(List<List<String>> options) {
  private static final String PROGRAM = "spark-submit";
  private static final String MAIN = "io.gradus.jobs.command.Gradus";

  public SparkSubmit {
    options = List.copyOf(options);
  }

  /**
   * Puts a command line together.
   *
   * @param program of spark-submit
   * @param jar the assembly, where the profile names none
   * @param name of the application
   * @param settings of Spark beside the profile's
   * @param arguments of Gradus
   */
  public static SparkSubmit of(
      ClusterProfile profile,
      Path program,
      Path jar,
      String name,
      Map<String, String> settings,
      List<String> arguments) {
    List<List<String>> options = new ArrayList<>();
    options.add(List.of(program.toString()));
    options.add(List.of("--master", profile.master()));
    String mode = profile.deployMode().name().toLowerCase(Locale.ROOT);
    if (profile.hasExecutors()) {
      options.add(List.of("--deploy-mode", mode));
    }
    options.add(List.of("--name", name));
    options.add(List.of("--class", MAIN));
    if (!profile.files().isEmpty()) {
      options.add(List.of("--files", String.join(",", profile.files())));
    }
    if (!profile.archives().isEmpty()) {
      options.add(List.of("--archives", String.join(",", profile.archives())));
    }
    SortedMap<String, String> all = new TreeMap<>(profile.settings());
    all.putAll(settings);
    all.forEach((key, value) -> options.add(List.of("--conf", key + "=" + value)));
    options.add(List.of(profile.jar().isEmpty() ? jar.toString() : profile.jar()));
    options.add(List.copyOf(arguments));
    return new SparkSubmit(options);
  }

  /**
   * Finds spark-submit.
   *
   * @param environment where {@code SPARK_HOME} and {@code PATH} are looked up
   * @throws UserMistake when there is none
   */
  public static Path find(Map<String, String> environment) {
    String home = environment.getOrDefault("SPARK_HOME", "");
    if (!home.isEmpty()) {
      Path program = Path.of(home, "bin", PROGRAM);
      if (!Files.isExecutable(program)) {
        throw new UserMistake(
            "SPARK_HOME is '"
                + home
                + "', but there is no program "
                + program
                + ". Set it to the folder of a Spark 4.1, or unset it to use the PATH.");
      }
      return program;
    }
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path program = Path.of(folder, PROGRAM);
      if (!folder.isEmpty() && Files.isExecutable(program)) {
        return program;
      }
    }
    throw new UserMistake(
        "There is no spark-submit: SPARK_HOME is not set, and the PATH has none. Install Spark 4.1"
            + " ('pip install pyspark==4.1.0' is one with everything), and set SPARK_HOME to its"
            + " folder.");
  }

  /** All words. */
  public List<String> command() {
    return options.stream().flatMap(List::stream).toList();
  }

  /**
   * The command line for a shell. In place of secrets it has variables, without whose values the
   * shell does not run it.
   */
  public String shell() {
    return String.join(
        " \\\n  ",
        options.stream()
            .map(words -> String.join(" ", words.stream().map(SparkSubmit::shown).toList()))
            .toList());
  }

  /** The variables that {@link #shell} has in place of secrets. */
  public List<String> variables() {
    return command().stream()
        .filter(SparkSubmit::isSecret)
        .map(setting -> variable(name(setting)))
        .toList();
  }

  private static String shown(String word) {
    return isSecret(word)
        ? quoted(name(word)) + "=\"${" + variable(name(word)) + ":?}\""
        : quoted(word);
  }

  private static boolean isSecret(String word) {
    return word.startsWith("spark.")
        && word.contains("=")
        && Credentials.isSecret(name(word), word.substring(name(word).length() + 1));
  }

  private static String name(String setting) {
    return setting.substring(0, setting.indexOf('='));
  }

  private static String variable(String setting) {
    return setting.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /**
   * Runs it to its end; what it prints goes where this process prints.
   *
   * @return the exit code
   */
  public int run() {
    ProcessBuilder builder = new ProcessBuilder(command()).inheritIO();
    // This program's own, which would be in the way of Spark's.
    builder.environment().remove("CLASSPATH");
    try {
      Process process = builder.start();
      // A driver in client mode would live on, and so would the wait for one in cluster mode.
      Thread stop = new Thread(process::destroy, "gradus-stop-spark-submit");
      Runtime.getRuntime().addShutdownHook(stop);
      try {
        return process.waitFor();
      } finally {
        Runtime.getRuntime().removeShutdownHook(stop);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for spark-submit", e);
    }
  }
}
