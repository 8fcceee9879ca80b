package io.gradus.jobs.rate;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The speeds that {@code gradus rater bench} measured for this user, by bundle and provider, in
 * {@code gradus/rater-speeds.json} in the user's cache folder: a help for estimates, never part of
 * a result.
 */
public final class RaterSpeeds {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;

  RaterSpeeds(Path file) {
    this.file = file;
  }

  /** The file of whoever runs this. */
  public static RaterSpeeds ofThisUser() {
    Path cache =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .filter(folder -> !folder.isEmpty())
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".cache"));
    return new RaterSpeeds(cache.resolve("gradus").resolve("rater-speeds.json"));
  }

  /** Keeps a measurement, in place of an earlier one. */
  public void keep(RaterInspection bundle, double tokensPerSecond) {
    ObjectNode speeds = read();
    speeds.put(key(bundle.digest(), bundle.device()), Math.round(tokensPerSecond));
    try {
      Files.createDirectories(file.getParent());
      Path part = Files.createTempFile(file.getParent(), "rater-speeds", ".part");
      Files.writeString(part, speeds.toPrettyString());
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UserMistake(
          "The figures are good, but cannot be kept for 'gradus explain' in "
              + file
              + " ("
              + e.getMessage()
              + "). Name a writable folder in XDG_CACHE_HOME.",
          e);
    }
  }

  /** Tokens per second, where they were measured. */
  OptionalDouble find(String digest, DeviceConfig device) {
    double speed = read().path(key(digest, device)).asDouble(0);
    return speed > 0 ? OptionalDouble.of(speed) : OptionalDouble.empty();
  }

  private static String key(String digest, DeviceConfig device) {
    return digest + " " + Section.name(device.provider());
  }

  private ObjectNode read() {
    try {
      return JSON.readTree(file.toFile()) instanceof ObjectNode speeds
          ? speeds
          : JSON.createObjectNode();
    } catch (IOException e) {
      // Not there, or damaged: the next measurement writes it.
      return JSON.createObjectNode();
    }
  }
}
