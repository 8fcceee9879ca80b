package io.gradus.common.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.job.UserMistake;
import io.gradus.integration.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock where its files are objects of a real S3 server; with the profile {@code s3} only. */
class ObjectStoreLockIT {
  private static final int CONTENDERS = 8;
  private static final int ROUNDS = 5;

  // Objects' times are whole seconds. Nothing is left to settle: the store itself refuses the
  // second.
  private static final LockTiming TIMING =
      new LockTiming(Duration.ofSeconds(1), Duration.ofSeconds(20), Duration.ofDays(1));

  @TempDir Path folder;

  @Test
  void oneOfManyThatComeAtOnceGetsTheWorkspace() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CONTENDERS);
    try (ObjectStore store = ObjectStore.start(folder)) {
      Configuration hadoop = store.hadoop();
      for (int round = 0; round < ROUNDS; round++) {
        Workspace workspace = Workspace.at(store.uri("round-" + round), hadoop);
        CyclicBarrier together = new CyclicBarrier(CONTENDERS);
        Callable<Optional<WorkspaceLock>> contender =
            () -> {
              together.await();
              try {
                return Optional.of(WorkspaceLock.take(workspace, TIMING, line -> {}));
              } catch (UserMistake refused) {
                return Optional.empty();
              }
            };
        List<Future<Optional<WorkspaceLock>>> results = new ArrayList<>();
        for (int i = 0; i < CONTENDERS; i++) {
          results.add(threads.submit(contender));
        }
        List<WorkspaceLock> holders = new ArrayList<>();
        for (Future<Optional<WorkspaceLock>> result : results) {
          result.get(1, TimeUnit.MINUTES).ifPresent(holders::add);
        }
        // Signs of life, each of which replaces the object, leave the lock with its holder.
        Thread.sleep(TIMING.sign().multipliedBy(2).toMillis());
        assertThat(holders).hasSize(1).noneMatch(WorkspaceLock::isLost);
        holders.get(0).close();
      }
    } finally {
      threads.shutdown();
    }
  }
}
