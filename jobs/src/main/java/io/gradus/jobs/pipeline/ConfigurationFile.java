package io.gradus.jobs.pipeline;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueFactory;
import io.gradus.common.configuration.Credentials;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * A configuration file with the settings that override it, not yet looked at.
 *
 * @param name the file's name without its ending
 * @param folder what relative paths in it start at: an absolute path or a URI
 * @param config its values
 */
public record ConfigurationFile(String name, String folder, Config config) {
  /** One letter before a colon would be a drive. */
  private static final String URI = "[A-Za-z][A-Za-z0-9+.-]+:.*";

  /**
   * Reads a file of any file system.
   *
   * @param location a path on this machine, or a URI that Hadoop knows
   * @param settings {@code path=value} pairs that override the file
   * @throws UserMistake when there is no such file, or it is no HOCON
   */
  public static ConfigurationFile read(
      String location, List<String> settings, Configuration hadoop) {
    Credentials.refuse("The configuration", location);
    if (!isUri(location)) {
      return read(Path.of(location), settings);
    }
    int slash = location.lastIndexOf('/');
    return parsed(
        location.substring(slash + 1),
        location.substring(0, Math.max(slash, 0)),
        settings,
        () ->
            ConfigFactory.parseString(
                text(location, hadoop),
                ConfigParseOptions.defaults().setOriginDescription(location)));
  }

  /** Whether a file is named by a URI, and not by a path on this machine. */
  public static boolean isUri(String location) {
    return location.matches(URI);
  }

  /** Reads a file of this machine. */
  static ConfigurationFile read(Path file, List<String> settings) {
    if (!Files.isRegularFile(file)) {
      throw new UserMistake(
          "No configuration file at '"
              + file
              + "'. Give the path of one; conf/quickstart.conf is an example.");
    }
    return parsed(
        file.getFileName().toString(),
        file.toAbsolutePath().normalize().getParent().toString(),
        settings,
        () ->
            ConfigFactory.parseFile(
                file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false)));
  }

  private static String text(String location, Configuration hadoop) {
    try {
      org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(location);
      try (InputStream in = path.getFileSystem(hadoop).open(path)) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException | RuntimeException e) {
      // Hadoop answers a file system whose library is missing with a RuntimeException.
      throw new UserMistake(
          "Cannot read the configuration at '"
              + location
              + "' ("
              + e.getMessage()
              + "). Give a path, or the URI of a file system that Hadoop knows.",
          e);
    }
  }

  /** Where values come from. */
  private interface Source {
    Config parse();
  }

  private static ConfigurationFile parsed(
      String file, String folder, List<String> settings, Source source) {
    try {
      Config config = source.parse();
      for (String setting : settings) {
        config = parseSetting(setting).withFallback(config);
      }
      int dot = file.lastIndexOf('.');
      return new ConfigurationFile(
          dot > 0 ? file.substring(0, dot) : file, folder, config.resolve());
    } catch (ConfigException e) {
      throw new UserMistake("Cannot read the configuration: " + e.getMessage(), e);
    }
  }

  /**
   * Settings as lines of a configuration file.
   *
   * @param settings {@code path=value} pairs
   */
  public static List<String> lines(List<String> settings) {
    return settings.stream()
        .map(
            setting -> {
              String object = parseSetting(setting).root().render(ConfigRenderOptions.concise());
              return object.substring(1, object.length() - 1);
            })
        .toList();
  }

  private static Config parseSetting(String setting) {
    int equals = setting.indexOf('=');
    if (equals <= 0) {
      throw new UserMistake(
          "--set " + setting + ": give a path and a value, as in --set sample.temperature=2.0");
    }
    // Without the value, which messages would show.
    ConfigParseOptions options =
        ConfigParseOptions.defaults().setOriginDescription("--set " + setting.substring(0, equals));
    try {
      return ConfigFactory.parseString(setting, options);
    } catch (ConfigException notHocon) {
      // Values such as s3a://bucket/path need quotes in HOCON but not on a command line.
      String quoted = ConfigUtil.quoteString(setting.substring(equals + 1));
      return ConfigFactory.parseString(setting.substring(0, equals) + "=" + quoted, options);
    }
  }

  /** The same values with relative paths starting elsewhere. */
  public ConfigurationFile relativeTo(String newFolder) {
    return new ConfigurationFile(name, newFolder, config);
  }

  /** All values as one text that stands for itself, under another name too. */
  public String text() {
    return config
        .withFallback(
            ConfigFactory.empty().withValue("pipeline.name", ConfigValueFactory.fromAnyRef(name)))
        .root()
        .render(ConfigRenderOptions.concise().setFormatted(true));
  }
}
