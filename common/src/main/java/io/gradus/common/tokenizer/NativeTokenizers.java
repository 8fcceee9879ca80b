package io.gradus.common.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** How the native tokenizers that DJL brings are used here. */
public final class NativeTokenizers {
  private static final String CACHE = "DJL_CACHE_DIR";

  private NativeTokenizers() {}

  /**
   * Keeps DJL from reaching out of this process; call before its first class is used: it neither
   * downloads nor reports its use, and unpacks its library into the temporary folder. What the user
   * has set already stays.
   */
  public static void prepare() {
    if (isAbsent("ai.djl.offline")) {
      System.setProperty("ai.djl.offline", "true");
    }
    if (isAbsent("OPT_OUT_TRACKING")) {
      System.setProperty("OPT_OUT_TRACKING", "true");
    }
    if (isAbsent("RUST_FLAVOR")) {
      // On a machine with CUDA it would otherwise look for another library, and download it.
      System.setProperty("RUST_FLAVOR", "cpu");
    }
    if (isAbsent(CACHE)) {
      System.setProperty(CACHE, ownFolder().toString());
    }
  }

  /**
   * The ids of a text's tokens, no special tokens among them. The tokenizer's own {@code encode}
   * also takes every token's string and place out of native memory.
   */
  public static long[] ids(HuggingFaceTokenizer tokenizer, String text) {
    long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false);
    try {
      return TokenizersLibrary.LIB.getTokenIds(encoding);
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  private static boolean isAbsent(String property) {
    return System.getProperty(property) == null && System.getenv(property) == null;
  }

  /** A library is loaded from here, so nobody else may have made or may change this folder. */
  private static Path ownFolder() {
    String user = System.getProperty("user.name");
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "gradus-djl-" + user);
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return folder;
    } catch (FileAlreadyExistsException e) {
      return isOwn(folder, user) ? folder : temporaryFolder();
    } catch (IOException | UnsupportedOperationException e) {
      return temporaryFolder();
    }
  }

  private static boolean isOwn(Path folder, String user) {
    try {
      return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(folder).getName().equals(user)
          && PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))
              .equals("rwx------");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("gradus-djl-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
