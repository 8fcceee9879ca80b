package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.workspace.Fingerprint;
import io.gradus.integration.ObjectStore;
import java.io.IOException;
import java.util.Random;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards of several parts in a real S3 server; with the profile {@code s3} only. */
class PendingObjectIT {
  /** Two parts of 5 MiB, the least that S3 takes, have been sent when the rest is written. */
  private static final int SIZE = 12 << 20;

  @TempDir static java.nio.file.Path folder;
  private static ObjectStore store;
  private static FileSystem bucket;

  @BeforeAll
  static void start() throws IOException {
    store = ObjectStore.start(folder);
    bucket = new Path(store.uri("")).getFileSystem(store.hadoop());
  }

  @AfterAll
  static void stop() {
    if (store != null) {
      store.close();
    }
  }

  @Test
  void aShardAppearsUnderItsNameWhenItIsCommitted() throws IOException {
    Path shard = new Path(store.uri("committed/shard"));
    PendingFile file = begin(shard, 1);
    assertThat(bucket.exists(shard)).isFalse();

    file.commit();
    file.discard();
    try (var in = bucket.open(shard)) {
      assertThat(Fingerprint.sha256(in.readAllBytes()))
          .isEqualTo(file.out().sha256())
          .isEqualTo(Fingerprint.sha256(content(1)));
    }
    assertThat(bucket.listStatus(shard.getParent())).hasSize(1);
  }

  @Test
  void ofAShardThatIsDiscardedNothingIsSeen() throws IOException {
    Path shard = new Path(store.uri("discarded/shard"));
    begin(shard, 2).discard();
    assertThat(bucket.exists(shard)).isFalse();
    assertThat(bucket.exists(shard.getParent())).isFalse();
  }

  @Test
  void whereAnotherAttemptHasFinishedADiscardLeavesItsShard() throws IOException {
    Path shard = new Path(store.uri("kept/shard"));
    begin(shard, 3).commit();
    begin(shard, 4).discard();
    try (var in = bucket.open(shard)) {
      assertThat(in.readAllBytes()).isEqualTo(content(3));
    }
  }

  /** A shard whose content is closed, as writers do, and not committed. */
  private static PendingFile begin(Path shard, long seed) throws IOException {
    PendingFile file = PendingFile.create(bucket, shard, new Path(shard.getParent(), "temporary"));
    file.out().write(content(seed));
    file.out().close();
    return file;
  }

  private static byte[] content(long seed) {
    byte[] content = new byte[SIZE];
    new Random(seed).nextBytes(content);
    return content;
  }
}
