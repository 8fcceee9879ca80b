package io.gradus.jobs.quickstart;

import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One pinned artifact; {@code conf/quickstart-corpus.pom.xml} fetches it.
 *
 * @param classifier empty where the artifact has none
 * @param sha256 of the jar, lower-case hexadecimal
 */
record Artifact(
    String groupId, String artifactId, String version, String classifier, String sha256) {

  String fileName() {
    return artifactId + "-" + version + (classifier.isEmpty() ? "" : "-" + classifier) + ".jar";
  }

  /**
   * The artifact's file, its digest checked.
   *
   * @throws UserMistake when it is missing or not the pinned one
   */
  Path verifiedIn(Path downloads) throws IOException {
    Path file = downloads.resolve(fileName());
    if (!Files.isRegularFile(file)) {
      throw new UserMistake(
          "%s is missing. Fetch it with: mvn -f conf/quickstart-corpus.pom.xml -D%s=%s initialize"
              .formatted(file, QuickstartCorpus.DOWNLOADS_PROPERTY, downloads));
    }
    String found = sha256Of(file);
    if (!found.equals(sha256)) {
      throw new UserMistake(
          """
          %s is not the pinned artifact: SHA-256 expected %s, found %s. Delete it and the folder \
          %s/%s/%s of your local Maven repository, then start again; if that does not help, the \
          Maven mirror serves another file.\
          """
              .formatted(file, sha256, found, groupId.replace('.', '/'), artifactId, version));
    }
    return file;
  }

  private static String sha256Of(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
