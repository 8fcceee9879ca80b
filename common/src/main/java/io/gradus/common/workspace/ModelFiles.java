package io.gradus.common.workspace;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where the models and tokenizers lie that a configuration names. What lies on the machine that
 * submits to a cluster is put into the workspace, and the driver is told where by a setting; its
 * name in the configuration stays, so that an output's fingerprint does not tell who ran it.
 */
public final class ModelFiles {
  /** In Hadoop's configuration; as a setting of Spark with {@code spark.hadoop.} before it. */
  public static final String SETTING = "gradus.model-files";

  private ModelFiles() {}

  /**
   * A model or tokenizer in the workspace.
   *
   * @param place the file or folder
   * @param digest its SHA-256, or that of the file that holds the digests of all others
   */
  public record Shipped(String place, String digest) {}

  /** The value of {@link #SETTING}, by names in the configuration. */
  public static String setting(Map<String, Shipped> files) {
    return Json.tree(files).toString();
  }

  /** What was put into the workspace under this name. */
  public static Optional<Shipped> shipped(String name, Configuration hadoop) {
    JsonNode file =
        Json.read(hadoop.getRaw(SETTING) == null ? "{}" : hadoop.getRaw(SETTING), JsonNode.class)
            .path(name);
    return file.isObject() ? Optional.of(Json.read(file, Shipped.class)) : Optional.empty();
  }

  /**
   * Where to read what a configuration names: in the workspace if it was put there, else where the
   * name says. A name without a scheme that is not on Hadoop's default file system is looked for on
   * this machine.
   *
   * @throws IllegalArgumentException when the name is no path
   */
  public static Path place(String name, Configuration hadoop) {
    Optional<Shipped> shipped = shipped(name, hadoop);
    if (shipped.isPresent()) {
      return new Path(shipped.get().place());
    }
    return isOnThisMachine(name, hadoop) ? new Path(local(name).toUri()) : new Path(name);
  }

  /** Whether a cluster would not find what this machine finds under the name. */
  public static boolean isOnThisMachine(String name, Configuration hadoop) {
    Path path = new Path(name);
    String scheme = path.toUri().getScheme();
    if ((scheme != null && !scheme.equals("file")) || !Files.exists(local(name))) {
      return false;
    }
    try {
      FileSystem fileSystem = path.getFileSystem(hadoop);
      return fileSystem.getScheme().equals("file") || !fileSystem.exists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static java.nio.file.Path local(String name) {
    return java.nio.file.Path.of(new Path(name).toUri().getPath()).toAbsolutePath();
  }

  /**
   * Makes sure that what was shipped has arrived as it was.
   *
   * @param found the digest of what lies there
   * @throws UserMistake when it is another
   */
  public static void check(String name, String found, Configuration hadoop) {
    shipped(name, hadoop)
        .filter(file -> !file.digest().equals(found))
        .ifPresent(
            file -> {
              throw new UserMistake(
                  file.place()
                      + ": its SHA-256 is "
                      + found
                      + ", but "
                      + name
                      + " had "
                      + file.digest()
                      + " when it was submitted. Submit again, and leave the file as it is.");
            });
  }
}
