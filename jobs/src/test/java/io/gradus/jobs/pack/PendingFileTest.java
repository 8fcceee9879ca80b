package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.workspace.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PendingFileTest {
  private static final byte[] CONTENT = "tokens".getBytes(StandardCharsets.UTF_8);

  @TempDir java.nio.file.Path folder;

  @Test
  void aFileThatIsRenamedAppearsWhenItIsCommitted() throws IOException {
    PendingFile file = begin(local());
    assertThat(folder.resolve("shard")).doesNotExist();
    assertThat(folder.resolve("temporary")).exists();

    file.commit();
    file.discard();
    assertThat(folder.resolve("shard")).hasBinaryContent(CONTENT);
    assertThat(folder.resolve("temporary")).doesNotExist();
    assertThat(file.out().sha256()).isEqualTo(Fingerprint.sha256(CONTENT));
  }

  @Test
  void aFileThatIsDiscardedLeavesNothing() throws IOException {
    begin(local()).discard();

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anObjectIsWrittenUnderItsNameAndAppearsWhenItIsCommitted() throws IOException {
    PendingFile file = begin(new ObjectStore());
    assertThat(folder).isEmptyDirectory();

    file.commit();
    file.discard();
    assertThat(folder.resolve("shard")).hasBinaryContent(CONTENT);
    assertThat(folder.resolve("temporary")).doesNotExist();
  }

  @Test
  void anObjectThatIsDiscardedLeavesWhatWasThere() throws IOException {
    Files.write(folder.resolve("shard"), CONTENT);
    PendingFile file = begin(new ObjectStore());
    file.out().write(1);

    file.discard();
    assertThat(folder.resolve("shard")).hasBinaryContent(CONTENT);
  }

  /** A file whose content is closed, as writers do, and not committed. */
  private PendingFile begin(FileSystem fileSystem) throws IOException {
    PendingFile file =
        PendingFile.create(
            fileSystem,
            new Path(folder.resolve("shard").toUri()),
            new Path(folder.resolve("temporary").toUri()));
    file.out().write(CONTENT);
    file.out().close();
    return file;
  }

  private static FileSystem local() throws IOException {
    return FileSystem.getLocal(new Configuration()).getRawFileSystem();
  }

  /** Objects come into being when their streams are closed, unless these are aborted, as in S3A. */
  private static final class ObjectStore extends RawLocalFileSystem {
    ObjectStore() {
      setConf(new Configuration());
    }

    @Override
    public boolean hasPathCapability(Path path, String capability) {
      return capability.equals(CommonPathCapabilities.ABORTABLE_STREAM);
    }

    @Override
    public FSDataOutputStream create(
        Path path,
        boolean overwrite,
        int bufferSize,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      return new FSDataOutputStream(new Upload(path), null);
    }

    private static final class Upload extends ByteArrayOutputStream implements Abortable {
      private final Path path;

      Upload(Path path) {
        this.path = path;
      }

      @Override
      public void close() throws IOException {
        Files.write(java.nio.file.Path.of(path.toUri().getPath()), toByteArray());
      }

      @Override
      public AbortableResult abort() {
        return new AbortableResult() {
          @Override
          public boolean alreadyClosed() {
            return false;
          }

          @Override
          public IOException anyCleanupException() {
            return null;
          }
        };
      }
    }
  }
}
