package io.gradus.common.workspace;

import io.gradus.common.job.Console;
import io.gradus.common.workspace.HolderFiles.Creation;
import io.gradus.common.workspace.HolderFiles.Found;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
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
    long number = 1 + files.list().keySet().stream().max(Long::compare).orElse(0L);
    Creation creation = files.create(number, run);
    if (creation == Creation.REFUSED) {
      return Optional.empty();
    }
    if (creation == Creation.WRITTEN) {
      Thread.sleep(timing.settle().toMillis());
    }
    Set<Path> others = new HashSet<>();
    boolean mine = false;
    for (FileStatus status : files.list().values()) {
      if (!files.is(status, number)) {
        others.add(status.getPath());
      } else {
        WorkspaceRun written = files.read(status).run();
        mine = written != null && written.id().equals(run.id());
      }
    }
    ended.forEach(holder -> others.remove(holder.file()));
    if (!mine) {
      return Optional.empty();
    }
    if (!others.isEmpty()) {
      files.delete(files.path(number));
      return Optional.empty();
    }
    for (Found holder : ended) {
      news.accept(describe(holder) + " has ended without finishing; going on from there.");
      files.delete(holder.file());
    }
    return Optional.of(new WorkspaceLock(workspace, timing, number, run));
  }
}
