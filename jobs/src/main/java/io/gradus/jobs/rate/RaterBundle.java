package io.gradus.jobs.rate;

import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.AtomicFile;
import io.gradus.common.workspace.Fingerprint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.DigestOutputStream;
import java.util.HexFormat;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A rater bundle where it lies: in a folder of any Hadoop file system, or on the class path.
 *
 * @param place where it lies, for messages
 * @param digest SHA-256 of its {@code rater.json}, which holds the SHA-256 of all its other files
 */
record RaterBundle(String place, RaterDefinition definition, String digest, Source source) {
  private static final String BUILTIN_FOLDER = "/io/gradus/raters/builtin/";

  /** Opens a bundle's files by name. */
  interface Source {
    InputStream open(String file) throws IOException;
  }

  /**
   * Finds a bundle and reads its definition; the other files are not looked at yet.
   *
   * @param bundle {@code builtin}, or a folder's path or URI
   */
  static RaterBundle find(String bundle, Configuration hadoop) {
    if (bundle.equals(RaterConfig.Bundle.BUILTIN)) {
      return read("the built-in rater", RaterBundle::openBuiltin);
    }
    Path folder;
    try {
      folder = new Path(bundle);
    } catch (IllegalArgumentException e) {
      throw new UserMistake(
          "rate.raters: '"
              + bundle
              + "' is no path ("
              + e.getMessage()
              + "). Give the folder of a rater bundle, or 'builtin'.",
          e);
    }
    return read(bundle, file -> openFile(folder, file, hadoop));
  }

  private static InputStream openBuiltin(String file) throws IOException {
    InputStream in = RaterBundle.class.getResourceAsStream(BUILTIN_FOLDER + file);
    if (in == null) {
      throw new FileNotFoundException("class path: " + BUILTIN_FOLDER + file);
    }
    return in;
  }

  private static InputStream openFile(Path folder, String file, Configuration hadoop)
      throws IOException {
    return folder.getFileSystem(hadoop).open(new Path(folder, file));
  }

  private static RaterBundle read(String place, Source source) {
    try (InputStream in = source.open(RaterDefinition.FILE)) {
      byte[] json = in.readAllBytes();
      RaterDefinition definition = RaterDefinition.read(json, place + "/" + RaterDefinition.FILE);
      return new RaterBundle(place, definition, Fingerprint.sha256(json), source);
    } catch (IOException e) {
      throw missing(place, RaterDefinition.FILE, e);
    }
  }

  private static UserMistake missing(String place, String file, IOException cause) {
    return new UserMistake(
        place
            + ": the rater's "
            + file
            + " cannot be read ("
            + cause.getMessage()
            + "). Name the folder of a complete rater bundle, or 'builtin', in rate.raters.",
        cause);
  }

  /** Reads every file once and makes sure that it is what {@code rater.json} says. */
  void verify() {
    definition
        .files()
        .forEach(
            (file, expected) -> {
              try {
                copy(file, expected, OutputStream.nullOutputStream());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /**
   * Puts the bundle where all executors read it, once: a folder named by the digest, {@code
   * rater.json} last, so that a folder that has it is complete.
   *
   * @param bundles the folder that holds bundles by digest
   */
  Path publish(Path bundles, Configuration hadoop) {
    Path folder = new Path(bundles, digest);
    try {
      FileSystem fileSystem = folder.getFileSystem(hadoop);
      Path last = new Path(folder, RaterDefinition.FILE);
      if (fileSystem.exists(last)) {
        return folder;
      }
      for (Map.Entry<String, String> file : definition.files().entrySet()) {
        AtomicFile.write(
            fileSystem,
            new Path(folder, file.getKey()),
            out -> copy(file.getKey(), file.getValue(), out));
      }
      AtomicFile.write(fileSystem, last, out -> copy(RaterDefinition.FILE, digest, out));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies the files that {@code rater.json} names into a local folder. */
  void localise(java.nio.file.Path folder) throws IOException {
    for (Map.Entry<String, String> file : definition.files().entrySet()) {
      try (OutputStream out = Files.newOutputStream(folder.resolve(file.getKey()))) {
        copy(file.getKey(), file.getValue(), out);
      }
    }
  }

  private void copy(String file, String expected, OutputStream target) throws IOException {
    DigestOutputStream digesting = new DigestOutputStream(target, Fingerprint.newSha256());
    try (InputStream in = source.open(file)) {
      in.transferTo(digesting);
    } catch (FileNotFoundException e) {
      throw missing(place, file, e);
    }
    String found = HexFormat.of().formatHex(digesting.getMessageDigest().digest());
    if (!found.equals(expected)) {
      throw new UserMistake(
          place
              + "/"
              + file
              + ": its SHA-256 is "
              + found
              + ", but "
              + expected
              + " is expected. The file was changed or damaged: restore it, or, if the change is"
              + " meant, write the new digest into "
              + RaterDefinition.FILE
              + ".");
    }
  }
}
