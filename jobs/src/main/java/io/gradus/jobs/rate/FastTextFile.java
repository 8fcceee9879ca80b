package io.gradus.jobs.rate;

import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.AtomicFile;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.ModelFiles;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file with a fastText model where it lies.
 *
 * @param place its path or URI
 * @param digest SHA-256 of the whole file
 */
record FastTextFile(String place, String digest) {
  private static final int MAGIC = 793712314;
  private static final int WITHOUT_SUBWORDS = 11;
  private static final int NEWEST = 12;
  private static final int SUPERVISED = 3;
  private static final int SOFTMAX = 3;
  private static final Map<Integer, String> OTHER_LOSSES = Map.of(1, "hs", 2, "ns", 4, "ova");

  /** The file's first numbers, in the order in which fastText writes them. */
  private record Header(
      int magic,
      int version,
      int dimension,
      int window,
      int epochs,
      int minimumCount,
      int negatives,
      int wordNGrams,
      int loss,
      int model,
      int buckets,
      int shortestSubword,
      int longestSubword) {

    static Header read(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      return new Header(
          next(data),
          next(data),
          next(data),
          next(data),
          next(data),
          next(data),
          next(data),
          next(data),
          next(data),
          next(data),
          next(data),
          next(data),
          next(data));
    }

    private static int next(DataInputStream data) throws IOException {
      return Integer.reverseBytes(data.readInt());
    }
  }

  /**
   * Finds a model and reads it once, for its digest and its head.
   *
   * @throws UserMistake when it is missing, no model, or a model that cannot be used
   */
  static FastTextFile find(String path, Configuration hadoop) {
    try {
      String place = ModelFiles.place(path, hadoop).toString();
      try (DigestInputStream in = open(place, hadoop)) {
        check(path, Header.read(in));
        String digest = digest(in);
        ModelFiles.check(path, digest, hadoop);
        return new FastTextFile(place, digest);
      }
    } catch (EOFException e) {
      throw noModel(path, "it is too short", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new UserMistake(
          "rate.raters: the fastText model "
              + path
              + " cannot be read ("
              + e.getMessage()
              + "). Give the path or URI of a .bin or .ftz file.",
          e);
    }
  }

  private static void check(String path, Header header) {
    if (header.magic() != MAGIC) {
      throw noModel(path, "it does not begin as one", null);
    }
    if (header.version() != NEWEST && header.version() != WITHOUT_SUBWORDS) {
      throw noModel(path, "its format has version " + header.version(), null);
    }
    if (header.model() != SUPERVISED) {
      throw noModel(path, "it holds word vectors", null);
    }
    if (header.loss() != SOFTMAX) {
      throw unusable(
          path,
          "was trained with -loss "
              + OTHER_LOSSES.getOrDefault(header.loss(), "" + header.loss())
              + ", but only -loss softmax");
    }
    if (header.version() == NEWEST && header.longestSubword() > 0) {
      throw unusable(
          path,
          "uses parts of words (-maxn "
              + header.longestSubword()
              + "), but only a model of whole words (-maxn 0)");
    }
  }

  private static UserMistake noModel(String path, String reason, Exception cause) {
    return new UserMistake(
        "rate.raters: "
            + path
            + " is no fastText classifier: "
            + reason
            + ". Give a .bin or .ftz file as 'fasttext supervised' or 'fasttext quantize' writes it.",
        cause);
  }

  private static UserMistake unusable(String path, String problem) {
    return new UserMistake(
        "rate.raters: the fastText model "
            + path
            + " "
            + problem
            + " is computed here as fastText does. Train it anew so, or bring its scores in the"
            + " corpus and name them with kind = column.");
  }

  /**
   * Puts the model where all executors read it, once: a file named by the digest. A copy that is
   * there but damaged is written anew.
   *
   * @param models the folder that holds models by digest
   */
  Path publish(Path models, Configuration hadoop) {
    Path file = new Path(models, digest + ".bin");
    try {
      FileSystem fileSystem = file.getFileSystem(hadoop);
      if (!fileSystem.exists(file) || !isWhole(file, hadoop)) {
        AtomicFile.write(fileSystem, file, out -> copy(out, hadoop));
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isWhole(Path file, Configuration hadoop) {
    try (DigestInputStream in = open(file.toString(), hadoop)) {
      return digest(in).equals(digest);
    } catch (IOException damaged) {
      // Where storage itself fails, writing fails next, and says so.
      return false;
    }
  }

  private void copy(OutputStream out, Configuration hadoop) throws IOException {
    try (DigestInputStream in = open(place, hadoop)) {
      in.transferTo(out);
      checkDigest(in);
    }
  }

  /**
   * Loads the model.
   *
   * @throws UserMistake when the file was changed or is damaged
   */
  FastTextModel load(Configuration hadoop) {
    try (DigestInputStream in = open(place, hadoop)) {
      FastTextModel model = FastTextModel.load(in);
      checkDigest(in);
      return model;
    } catch (EOFException | IllegalArgumentException e) {
      throw noModel(place, "it is damaged (" + e + ")", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkDigest(DigestInputStream in) throws IOException {
    String found = digest(in);
    if (!found.equals(digest)) {
      throw new UserMistake(
          place
              + ": its SHA-256 is "
              + found
              + ", but "
              + digest
              + " is expected. The file was changed while it was used: start again, and leave it as"
              + " it is.");
    }
  }

  private static DigestInputStream open(String path, Configuration hadoop) throws IOException {
    Path file = new Path(path);
    return new DigestInputStream(file.getFileSystem(hadoop).open(file), Fingerprint.newSha256());
  }

  /** Of the whole stream, whatever of it was read before. */
  private static String digest(DigestInputStream in) throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
    return HexFormat.of().formatHex(in.getMessageDigest().digest());
  }
}
