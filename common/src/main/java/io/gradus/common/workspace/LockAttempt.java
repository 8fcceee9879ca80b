package io.gradus.common.workspace;

import io.gradus.common.job.Console;
import io.gradus.common.workspace.HolderFiles.Creation;
import io.gradus.common.workspace.HolderFiles.Found;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/** One attempt to take a workspace, with what it has seen so far. */
final class LockAttempt {
  /** What is known about a holder. */
  private enum Life {
    ALIVE,
    ENDED,
    UNKNOWN
  }

  private final Workspace workspace;
  private final HolderFiles files;
  private final LockTiming timing;
  private final Consumer<String> news;
  private final WorkspaceRun run = WorkspaceRun.ofThisProcess(Instant.now());
  private final TreeMap<Path, Long> firstSeen = new TreeMap<>();
  private final long began = System.nanoTime();
  private long beganOnFileSystem;
  private boolean waiting;

  LockAttempt(Workspace workspace, LockTiming timing, Consumer<String> news) {
    this.workspace = workspace;
    this.files = new HolderFiles(workspace);
    this.timing = timing;
    this.news = news;
  }

  WorkspaceLock take() throws IOException, InterruptedException {
    while (true) {
      List<Found> holders = files.list().values().stream().map(files::read).toList();
      if (!holders.isEmpty() && beganOnFileSystem == 0) {
        beganOnFileSystem = files.clock() - watched().toMillis();
      }
      Optional<Found> doubtful = Optional.empty();
      for (Found holder : holders) {
        switch (life(holder)) {
          case ALIVE -> {
            if (holder.run() != null) {
              throw WorkspaceLock.held(
                  workspace, new WorkspaceLock.Sighting(holder.run(), silence(holder)));
            }
            doubtful = Optional.of(holder);
          }
          case UNKNOWN -> doubtful = Optional.of(holder);
          case ENDED -> {}
        }
      }
      if (doubtful.isPresent()) {
        tellWaiting(doubtful.get());
        Thread.sleep(Math.max(1, timing.sign().toMillis() / 5));
      } else {
        Optional<WorkspaceLock> lock = create(holders);
        if (lock.isPresent()) {
          return lock.get();
        }
        Thread.sleep(ThreadLocalRandom.current().nextLong(50, 500));
      }
    }
  }

  private Life life(Found holder) {
    long before = firstSeen.computeIfAbsent(holder.file(), unseen -> holder.changed());
    WorkspaceRun other = holder.run();
    boolean here = other != null && other.onThisMachine();
    if (here && !other.processExists()) {
      return Life.ENDED;
    }
    if (holder.changed() != before) {
      return Life.ALIVE;
    }
    Duration silence = silence(holder);
    if (here && silence.compareTo(timing.sign().multipliedBy(3)) < 0) {
      return Life.ALIVE;
    }
    // A machine that was suspended wakes with an old file, and its holder with it.
    boolean longEnough = watched().compareTo(timing.sign().multipliedBy(2)) > 0;
    return silence.compareTo(timing.silence()) > 0 && (longEnough || !here)
        ? Life.ENDED
        : Life.UNKNOWN;
  }

  private Duration watched() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private Duration silence(Found holder) {
    return LockTiming.positive(
        Duration.ofMillis(beganOnFileSystem - holder.changed()).plus(watched()));
  }

  private void tellWaiting(Found holder) {
    if (!waiting) {
      waiting = true;
      news.accept(
          describe(holder)
              + " has given no sign of life for "
              + Console.duration(silence(holder))
              + "; waiting up to "
              + Console.duration(LockTiming.positive(timing.silence().minus(silence(holder))))
              + " to see whether it is still there.");
    }
  }

  private static String describe(Found holder) {
    return holder.run() == null
        ? "A run that cannot be read (" + holder.file() + ")"
        : "The run of " + holder.run().holder();
  }

  private Optional<WorkspaceLock> create(List<Found> ended)
      throws IOException, InterruptedException {
    SortedMap<Long, FileStatus> before = files.list();
    if (hasOthers(before, ended)) {
      // Somebody has come meanwhile; with the next number each would make way for the other.
      return Optional.empty();
    }
    long number = before.isEmpty() ? 1 : before.lastKey() + 1;
    Creation creation = files.create(number, run);
    if (creation == Creation.REFUSED) {
      return Optional.empty();
    }
    if (creation == Creation.WRITTEN) {
      Thread.sleep(timing.settle().toMillis());
    }
    SortedMap<Long, FileStatus> after = files.list();
    FileStatus written = after.remove(number);
    if (written == null || !files.isOf(written, run)) {
      return Optional.empty();
    }
    if (hasOthers(after, ended)) {
      files.delete(files.path(number));
      return Optional.empty();
    }
    for (Found holder : ended) {
      news.accept(describe(holder) + " has ended without finishing; going on from there.");
      files.delete(holder.file());
    }
    return Optional.of(new WorkspaceLock(workspace, timing, number, run));
  }

  private static boolean hasOthers(SortedMap<Long, FileStatus> there, List<Found> ended) {
    Set<Path> known = ended.stream().map(Found::file).collect(Collectors.toSet());
    return there.values().stream().anyMatch(file -> !known.contains(file.getPath()));
  }
}
