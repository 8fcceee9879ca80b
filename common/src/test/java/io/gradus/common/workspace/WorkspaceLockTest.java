package io.gradus.common.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.Pace;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceLockTest {
  private static final LockTiming QUICK =
      new LockTiming(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofMillis(1));

  @TempDir Path folder;
  private final List<String> news = new ArrayList<>();
  private Workspace workspace;

  @BeforeEach
  void prepare() {
    workspace = Workspace.at(folder.toString(), new Configuration());
  }

  @Test
  void theLanguageOfTheMachineDoesNotMatter() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try (WorkspaceLock lock = take()) {
      assertThat(lock.isLost()).isFalse();
      assertThatThrownBy(this::take)
          .isInstanceOf(UserMistake.class)
          .hasMessageStartingWith("pipeline.workspace: another run works in ");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aSecondRunIsRefusedAndToldWhoIsThere() {
    try (WorkspaceLock lock = take()) {
      lock.started("application_7", () -> {});
      lock.enter("rate", Optional::empty);
      assertThatThrownBy(this::take)
          .isInstanceOf(UserMistake.class)
          .hasMessageStartingWith(
              "pipeline.workspace: another run works in file:"
                  + folder
                  + ": process "
                  + ProcessHandle.current().pid()
                  + " of "
                  + System.getProperty("user.name")
                  + " on ")
          .hasMessageContaining(", since 20")
          .hasMessageContaining(", last sign of life 0 s ago. Two runs at once")
          .hasMessageEndingWith("stop it, or name another workspace.");
    }
    take().close();
    assertThat(news).isEmpty();
  }

  @Test
  void oneOfManyThatComeAtOnceGetsTheWorkspace() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    CountDownLatch start = new CountDownLatch(1);
    Callable<Optional<WorkspaceLock>> contender =
        () -> {
          start.await();
          try {
            return Optional.of(WorkspaceLock.take(workspace, QUICK, line -> {}));
          } catch (UserMistake refused) {
            return Optional.empty();
          }
        };
    List<Future<Optional<WorkspaceLock>>> results = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      results.add(threads.submit(contender));
    }
    start.countDown();
    int holders = 0;
    for (Future<Optional<WorkspaceLock>> result : results) {
      Optional<WorkspaceLock> lock = result.get(30, TimeUnit.SECONDS);
      holders += lock.isPresent() ? 1 : 0;
      lock.ifPresent(WorkspaceLock::close);
    }
    threads.shutdown();
    // Whoever comes after the first has gone may have it again; never two at a time.
    assertThat(holders).isGreaterThanOrEqualTo(1);
    assertThat(folder.resolve("running")).isEmptyDirectory();
  }

  @Test
  void aRunThatComesAfterTheFirstLookIsNotAskedToMakeWay() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.watched.impl", WatchedFileSystem.class, FileSystem.class);
    Workspace watched = Workspace.at("watched:" + folder, hadoop);
    WatchedFileSystem files = (WatchedFileSystem) watched.root().getFileSystem(hadoop);
    List<WorkspaceLock> other = new ArrayList<>();
    files.afterFirstListing = () -> other.add(take());

    assertThatThrownBy(() -> WorkspaceLock.take(watched, QUICK, news::add))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith("pipeline.workspace: another run works in watched:");
    assertThat(files.created).isNotEmpty().noneMatch(name -> name.matches("\\d+\\.json"));
    assertThat(other).hasSize(1).noneMatch(WorkspaceLock::isLost);
    other.get(0).close();
  }

  /** A local folder in which something happens between two looks at it. */
  static final class WatchedFileSystem extends RawLocalFileSystem {
    private final List<String> created = new ArrayList<>();
    private Runnable afterFirstListing = () -> {};

    @Override
    public URI getUri() {
      return URI.create("watched:///");
    }

    @Override
    public String getScheme() {
      return "watched";
    }

    @Override
    public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
      FileStatus[] found;
      try {
        found = super.listStatus(path);
      } finally {
        Runnable next = afterFirstListing;
        afterFirstListing = () -> {};
        next.run();
      }
      return found;
    }

    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path path,
        boolean overwrite,
        int bufferSize,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      created.add(path.getName());
      return super.create(path, overwrite, bufferSize, replication, blockSize, progress);
    }
  }

  @Test
  void aRunWhoseProcessIsGoneIsReplacedAtOnce() throws IOException, InterruptedException {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    leave(1, WorkspaceRun.ofThisProcess(Instant.now()), ended.pid());
    try (WorkspaceLock lock = WorkspaceLock.take(workspace, news::add)) {
      assertThat(lock.isLost()).isFalse();
    }
    assertThat(news)
        .singleElement()
        .asString()
        .startsWith("The run of process " + ended.pid())
        .endsWith(" has ended without finishing; going on from there.");
    assertThat(folder.resolve("running")).isEmptyDirectory();
  }

  @Test
  void aSilentRunOfAnotherMachineIsReplacedAfterAWhile() {
    leave(1, elsewhere(), 1);
    long began = System.nanoTime();
    take().close();
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(900), Duration.ofSeconds(20));
    assertThat(news).hasSize(2);
    assertThat(news.get(0))
        .matches(
            "The run of process 1 of someone on elsewhere has given no sign of life for \\d s;"
                + " waiting up to \\d s to see whether it is still there\\.");
  }

  @Test
  void aRunOfAnotherMachineThatGivesSignsIsLeftAlone() throws Exception {
    leave(1, elsewhere(), 1);
    Thread signs =
        new Thread(
            () -> {
              try {
                while (true) {
                  Thread.sleep(300);
                  leave(1, elsewhere(), 1);
                }
              } catch (InterruptedException done) {
                Thread.currentThread().interrupt();
              }
            });
    signs.start();
    try {
      assertThatThrownBy(this::take)
          .isInstanceOf(UserMistake.class)
          .hasMessageContaining("process 1 of someone on elsewhere, since ");
    } finally {
      signs.interrupt();
      signs.join();
    }
  }

  @Test
  void aFileThatWasCutOffIsReplacedAfterAWhile() throws IOException {
    Files.createDirectories(folder.resolve("running"));
    Files.writeString(folder.resolve("running/000003.json"), "{ \"id\": ");
    take().close();
    assertThat(news).hasSize(2);
    assertThat(news.get(1)).startsWith("A run that cannot be read (file:").contains("000003.json");
  }

  @Test
  void aRunThatWasTakenForDeadFindsOutAndStops() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    try (WorkspaceLock lock = take()) {
      lock.started("local-1", stopped::countDown);
      leave(2, elsewhere(), 1);
      assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(lock.isLost()).isTrue();
      assertThatThrownBy(lock::check)
          .isInstanceOf(UserMistake.class)
          .hasMessageContaining("process 1 of someone on elsewhere has taken its place");
    }
    assertThat(folder.resolve("running/000002.json")).exists();
  }

  @Test
  void othersSeeHowFarARunIs() throws InterruptedException {
    assertThat(WorkspaceLock.sighting(workspace)).isEmpty();
    Pace pace = new Pace(0.5, 100, 20.0, 5L);
    try (WorkspaceLock lock = take()) {
      lock.started("local-1", () -> {});
      lock.enter("rate", () -> Optional.of(pace));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (pace() == null && System.nanoTime() < end) {
        Thread.sleep(20);
      }
      WorkspaceRun run = WorkspaceLock.sighting(workspace).orElseThrow().run();
      assertThat(run.pace()).isEqualTo(pace);
      assertThat(run.stage()).isEqualTo("rate");
      assertThat(run.application()).isEqualTo("local-1");
      assertThat(WorkspaceLock.sighting(workspace).orElseThrow().hasEnded()).isFalse();
    }
  }

  private Pace pace() {
    return WorkspaceLock.sighting(workspace).orElseThrow().run().pace();
  }

  private WorkspaceLock take() {
    return WorkspaceLock.take(workspace, QUICK, news::add);
  }

  private static WorkspaceRun elsewhere() {
    return new WorkspaceRun(
        "other", "elsewhere", 1, null, "another boot", "someone", Instant.now(), "", "", null);
  }

  /** What a run of some process leaves when it is killed. */
  private void leave(int number, WorkspaceRun run, long process) {
    WorkspaceRun left =
        new WorkspaceRun(
            run.id(),
            run.host(),
            process,
            run.processStarted(),
            run.machine(),
            run.user(),
            run.since(),
            "",
            "",
            null);
    new StageDirectory(
            new org.apache.hadoop.fs.Path(workspace.root(), "running"), workspace.hadoop())
        .writeText("%06d.json".formatted(number), Json.write(left));
  }
}
