package io.gradus.jobs.rate;

import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.AtomicFile;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.ModelFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.DigestOutputStream;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A rater bundle where it lies: in a folder of any Hadoop file system, or on the class path.
 *
 * @param place where it lies, for messages
 * @param digest SHA-256 of its {@code rater.json}, which holds the SHA-256 of all its other files
 * @param origin who put it there
 */
record RaterBundle(
    String place, RaterDefinition definition, String digest, Source source, Origin origin) {
  private static final String BUILTIN_FOLDER = "/io/gradus/raters/builtin/";

  /** Who put a bundle where it lies, and so how it is mended. */
  enum Origin {
    /** The user, or the build. */
    CONFIGURED(
        "Name the folder of a complete rater bundle, or 'builtin', in rate.raters.",
        "The file was changed or damaged: restore it, or, if the change is meant, write the new"
            + " digest into "
            + RaterDefinition.FILE
            + "."),
    /** {@link #publish}. */
    PUBLISHED(
        "Remove this folder, it is written anew.",
        "The file was changed or damaged: remove this folder, it is written anew.");

    private final String mendMissing;
    private final String mendChanged;

    Origin(String mendMissing, String mendChanged) {
      this.mendMissing = mendMissing;
      this.mendChanged = mendChanged;
    }
  }

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
      Source source = RaterBundle::openBuiltin;
      return of("the built-in rater", source, Origin.CONFIGURED);
    }
    Optional<ModelFiles.Shipped> shipped = ModelFiles.shipped(bundle, hadoop);
    if (shipped.isPresent()) {
      return published(shipped.get().place(), shipped.get().digest(), hadoop);
    }
    Path folder;
    try {
      folder = ModelFiles.place(bundle, hadoop);
    } catch (IllegalArgumentException e) {
      throw new UserMistake(
          "rate.raters: '"
              + bundle
              + "' is no path ("
              + e.getMessage()
              + "). Give the folder of a rater bundle, or 'builtin'.",
          e);
    }
    return of(bundle, file -> openFile(folder, file, hadoop), Origin.CONFIGURED);
  }

  /**
   * Reads the definition of a bundle that {@link #publish} wrote.
   *
   * @param digest what its {@code rater.json} must have
   */
  static RaterBundle published(String folder, String digest, Configuration hadoop) {
    Source source = file -> openFile(new Path(folder), file, hadoop);
    byte[] json = definition(folder, source, Origin.PUBLISHED);
    check(folder, RaterDefinition.FILE, Fingerprint.sha256(json), digest, Origin.PUBLISHED);
    return of(folder, json, source, Origin.PUBLISHED);
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

  private static RaterBundle of(String place, Source source, Origin origin) {
    return of(place, definition(place, source, origin), source, origin);
  }

  private static RaterBundle of(String place, byte[] json, Source source, Origin origin) {
    RaterDefinition definition = RaterDefinition.read(json, place + "/" + RaterDefinition.FILE);
    return new RaterBundle(place, definition, Fingerprint.sha256(json), source, origin);
  }

  private static byte[] definition(String place, Source source, Origin origin) {
    try (InputStream in = source.open(RaterDefinition.FILE)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw missing(place, RaterDefinition.FILE, origin, e);
    }
  }

  private static UserMistake missing(String place, String file, Origin origin, IOException cause) {
    return new UserMistake(
        place
            + ": the rater's "
            + file
            + " cannot be read ("
            + cause.getMessage()
            + "). "
            + origin.mendMissing,
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

  /** The bytes of all its files. */
  long bytes() {
    long bytes = 0;
    for (String file : definition.files().keySet()) {
      try (InputStream in = source.open(file)) {
        bytes += in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        throw missing(place, file, origin, e);
      }
    }
    return bytes;
  }

  /**
   * Puts the bundle where all executors read it, once: a folder named by the digest. A copy that is
   * there but incomplete or damaged is written anew.
   *
   * @param bundles the folder that holds bundles by digest
   */
  Path publish(Path bundles, Configuration hadoop) {
    Path folder = new Path(bundles, digest);
    try {
      FileSystem fileSystem = folder.getFileSystem(hadoop);
      if (fileSystem.exists(folder) && isWhole(folder, hadoop)) {
        return folder;
      }
      for (Map.Entry<String, String> file : definition.files().entrySet()) {
        AtomicFile.write(
            fileSystem,
            new Path(folder, file.getKey()),
            out -> copy(file.getKey(), file.getValue(), out));
      }
      AtomicFile.write(
          fileSystem,
          new Path(folder, RaterDefinition.FILE),
          out -> copy(RaterDefinition.FILE, digest, out));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isWhole(Path folder, Configuration hadoop) {
    try {
      published(folder.toString(), digest, hadoop).verify();
      return true;
    } catch (UserMistake | UncheckedIOException damaged) {
      // Where storage itself fails, writing fails next, and says so.
      return false;
    }
  }

  /**
   * Copies the files that {@code rater.json} names into a local folder for some work. They are gone
   * afterwards: an open session needs its files no more, and a killed JVM would leave them behind.
   */
  <T> T withLocalCopy(Function<java.nio.file.Path, T> work) {
    try {
      java.nio.file.Path local = Files.createTempDirectory("gradus-rater-");
      try {
        localise(local);
        return work.apply(local);
      } finally {
        try (Stream<java.nio.file.Path> files = Files.walk(local)) {
          for (java.nio.file.Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
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
      throw missing(place, file, origin, e);
    }
    String found = HexFormat.of().formatHex(digesting.getMessageDigest().digest());
    check(place, file, found, expected, origin);
  }

  private static void check(
      String place, String file, String found, String expected, Origin origin) {
    if (!found.equals(expected)) {
      throw new UserMistake(
          place
              + "/"
              + file
              + ": its SHA-256 is "
              + found
              + ", but "
              + expected
              + " is expected. "
              + origin.mendChanged);
    }
  }
}
