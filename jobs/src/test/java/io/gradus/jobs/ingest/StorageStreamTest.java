package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorageStreamTest {
  /** A file system that opens no file; which way it says so is the file's name. */
  public static final class Locked extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("locked:///");
    }

    @Override
    public FSDataInputStream open(Path path, int buffer) throws IOException {
      throw switch (path.getName()) {
        case "hdfs" -> new AccessControlException("Permission denied: user=x");
        case "java" -> new AccessDeniedException("/java");
        case "local" -> new FileNotFoundException("/local (Permission denied)");
        default -> new IOException("timed out");
      };
    }
  }

  private static void open(String file) {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.locked.impl", Locked.class, org.apache.hadoop.fs.FileSystem.class);
    StorageStream.open(hadoop, "locked:///" + file, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hdfs", "java", "local"})
  void aFileThatMayNotBeReadIsTheUsersToMend(String file) {
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll(
            "ingest.inputs: 'locked:///" + file + "' may not be read (",
            "). Give the user that runs Gradus the right to read it, or take it out.");
  }

  @ParameterizedTest
  @ValueSource(strings = "slow")
  void storageThatFailsIsNoMistake(String file) {
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("Cannot open locked:///" + file);
  }
}
