package io.gradus.common.configuration;

import io.gradus.common.job.UserMistake;
import java.util.regex.Pattern;

/**
 * Keeps passwords and keys out of what is written: configurations go into manifests, messages and
 * reports, so that a URI that holds a password is refused; and of settings of Spark and Hadoop, the
 * values of those that name a secret are not shown.
 */
public final class Credentials {
  /**
   * Names and values that Spark shows nobody, in its event log and its pages: those of its default
   * {@code spark.redaction.regex}, and the keys and signatures of other object stores.
   */
  public static final String SECRETS =
      "(?i)secret|password|passphrase|token|(?:access|account|private|encryption)[._]?key|[.]sas[.]";

  private static final Pattern SECRET = Pattern.compile(SECRETS);

  /** A property of a JVM that holds one, as in {@code spark.driver.extraJavaOptions}. */
  private static final Pattern SECRET_PROPERTY =
      Pattern.compile("(?i)-D\\S*(?:secret|password|passphrase)\\S*=");

  /** These only tell where a secret is. */
  private static final Pattern PLACE =
      Pattern.compile("(?i)secretKeyRef|[.]secrets[.]|(?:file|path|provider)$");

  /**
   * After the user's name and a colon comes a password, which may hold slashes; but a port where no
   * user is named, and a path with an @.
   */
  private static final Pattern PASSWORD =
      Pattern.compile(
          "((?:s3|s3a|s3n|gs)://[^/:@]*):[^@]*@"
              + "|([A-Za-z][A-Za-z0-9+.-]*://[^/:@]*):(?!\\d*(?:/|$))[^@]*@");

  private Credentials() {}

  /**
   * Gives back a text that is no URI with a password.
   *
   * @throws IllegalArgumentException when it is, without the password
   */
  static String without(String text) {
    var uri = PASSWORD.matcher(text);
    if (uri.find()) {
      throw new IllegalArgumentException(
          "'"
              + (uri.group(1) == null ? uri.group(2) : uri.group(1))
              + ":...' holds a password, which would be seen in manifests and logs; give it in"
              + " Hadoop's configuration or the environment, as in fs.s3a.secret.key of"
              + " core-site.xml, and leave it out here");
    }
    return text;
  }

  /**
   * Refuses a location on the command line that holds a password.
   *
   * @param what it is
   */
  public static void refuse(String what, String location) {
    try {
      without(location);
    } catch (IllegalArgumentException e) {
      throw new UserMistake(what + ": " + e.getMessage() + ".", e);
    }
  }

  /** Whether a setting's value is for nobody to see. */
  public static boolean isSecret(String setting, String value) {
    return (SECRET.matcher(setting).find() && !PLACE.matcher(setting).find())
        || SECRET_PROPERTY.matcher(value).find();
  }
}
