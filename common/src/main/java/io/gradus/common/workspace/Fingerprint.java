package io.gradus.common.workspace;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The name of an output: a digest of everything that its bytes depend on. */
public final class Fingerprint {
  private Fingerprint() {}

  /**
   * The fingerprint of a stage's output.
   *
   * @param stage the stage's name
   * @param formatVersion raised whenever the stage's output changes for the same input
   * @param configuration the stage's own configuration record
   * @param inputs fingerprints of the stages that it reads, by stage name
   * @param digests of the models, tokenizers and raw inputs that it reads
   * @param seed the pipeline's seed
   * @return 16 hexadecimal digits
   */
  public static String of(
      String stage,
      int formatVersion,
      Object configuration,
      Map<String, String> inputs,
      Map<String, String> digests,
      long seed) {
    Map<String, Object> everything = new TreeMap<>();
    everything.put("stage", stage);
    everything.put("formatVersion", formatVersion);
    everything.put("configuration", configuration);
    everything.put("inputs", inputs);
    everything.put("digests", digests);
    everything.put("seed", seed);
    return sha256(Json.write(everything).getBytes(StandardCharsets.UTF_8)).substring(0, 16);
  }

  /** SHA-256 in lower-case hexadecimal. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(newSha256().digest(bytes));
  }

  /** A fresh SHA-256, which every Java platform has. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
