package io.gradus.common.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two attempts of one task, as speculative execution makes them. */
class AtomicFileTest {
  private static final int ATTEMPTS = 8;
  private static final int ROUNDS = 25;

  @TempDir Path folder;

  @Test
  void attemptsThatCommitAtTheSameTimeLeaveOneFileWithTheRightBytes() throws Exception {
    // With checksums, which are files of their own.
    FileSystem fileSystem = FileSystem.getLocal(new Configuration());
    byte[] bytes = "what every attempt computes".repeat(1000).getBytes(StandardCharsets.UTF_8);
    ExecutorService threads = Executors.newFixedThreadPool(ATTEMPTS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        org.apache.hadoop.fs.Path target = path(folder.resolve("part-" + round));
        CyclicBarrier together = new CyclicBarrier(ATTEMPTS);
        List<Future<?>> attempts = new ArrayList<>();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
          attempts.add(
              threads.submit(
                  () -> {
                    org.apache.hadoop.fs.Path temporary = AtomicFile.temporary(target);
                    try (FSDataOutputStream out = fileSystem.create(temporary)) {
                      out.write(bytes);
                    }
                    together.await();
                    AtomicFile.commit(fileSystem, temporary, target);
                    return null;
                  }));
        }
        for (Future<?> attempt : attempts) {
          attempt.get();
        }
        try (FSDataInputStream in = fileSystem.open(target)) {
          assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(fileSystem.listStatus(path(folder))).hasSize(ROUNDS);
  }

  @Test
  void anAttemptThatIsOvertakenLeavesTheQuickerOnesFile() throws IOException {
    for (Overtaken fileSystem : List.of(new Answering(), new Throwing())) {
      fileSystem.initialize(URI.create("file:///"), new Configuration());
      Path target = folder.resolve("part");
      Path late = Files.writeString(folder.resolve("late"), "later");

      AtomicFile.commit(fileSystem, path(late), path(target));

      assertThat(target).content().isEqualTo("first");
      assertThat(late).doesNotExist();
      Files.delete(target);
    }
  }

  /** Another attempt commits between the look and the rename. */
  private abstract static class Overtaken extends RawLocalFileSystem {
    static void overtake(org.apache.hadoop.fs.Path target) throws IOException {
      Files.writeString(Path.of(target.toUri().getPath()), "first");
    }
  }

  /** Does not rename onto a file, and says so as HDFS does. */
  private static final class Answering extends Overtaken {
    @Override
    public boolean rename(org.apache.hadoop.fs.Path source, org.apache.hadoop.fs.Path target)
        throws IOException {
      overtake(target);
      return false;
    }
  }

  /** Does not rename onto a file, and says so as S3A does. */
  private static final class Throwing extends Overtaken {
    @Override
    public boolean rename(org.apache.hadoop.fs.Path source, org.apache.hadoop.fs.Path target)
        throws IOException {
      overtake(target);
      throw new FileAlreadyExistsException(target.toString());
    }
  }

  private static org.apache.hadoop.fs.Path path(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
