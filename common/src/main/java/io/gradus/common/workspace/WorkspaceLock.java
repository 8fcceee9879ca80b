package io.gradus.common.workspace;

import io.gradus.common.job.Console;
import io.gradus.common.job.Pace;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.hadoop.fs.FileStatus;

/**
 * The right to run in a workspace, which one run has at a time. The holder is described by a file
 * {@code running/<number>.json} that nobody else may create, and that it writes anew every few
 * seconds. Whoever finds that the holder has ended without giving the workspace back creates the
 * file of the next number, which again only one can do. A holder that has been taken for dead finds
 * the higher number and stops.
 *
 * <p>A holder has ended when its process is gone, which is seen on the same machine only, or when
 * its file did not change for {@link LockTiming#silence}. Ages are taken from the file system's own
 * clock, so clocks of machines may differ.
 */
public final class WorkspaceLock implements AutoCloseable {
  /** How long the end of a run waits for storage that does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * A run as somebody else sees it.
   *
   * @param silence since its last sign of life
   */
  public record Sighting(WorkspaceRun run, Duration silence) {
    /** Whether it has certainly or probably ended without saying so. */
    public boolean hasEnded() {
      return (run.onThisMachine() && !run.processExists())
          || silence.compareTo(LockTiming.USUAL.silence()) > 0;
    }
  }

  private final Workspace workspace;
  private final HolderFiles files;
  private final LockTiming timing;
  private final long number;
  private final Thread signs;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile WorkspaceRun run;
  private volatile Supplier<Optional<Pace>> pace = Optional::empty;
  private volatile Runnable whenLost = () -> {};
  private volatile String lostTo = "";

  WorkspaceLock(Workspace workspace, LockTiming timing, long number, WorkspaceRun run) {
    this.workspace = workspace;
    this.files = new HolderFiles(workspace);
    this.timing = timing;
    this.number = number;
    this.run = run;
    this.signs = new Thread(this::giveSigns, "gradus-signs-of-life");
    signs.setDaemon(true);
    signs.start();
  }

  /**
   * Takes the workspace, which is prepared. Waits while it cannot be said whether a holder is still
   * there.
   *
   * @param news told why it waits, or whose place it takes
   * @throws UserMistake that names the holder, when there is one
   */
  public static WorkspaceLock take(Workspace workspace, Consumer<String> news) {
    return take(workspace, LockTiming.USUAL, news);
  }

  static WorkspaceLock take(Workspace workspace, LockTiming timing, Consumer<String> news) {
    try {
      return new LockAttempt(workspace, timing, news).take();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the workspace", e);
    }
  }

  /** The run that has the workspace, alive or not. */
  public static Optional<Sighting> sighting(Workspace workspace) {
    try {
      HolderFiles files = new HolderFiles(workspace);
      return files.list().values().stream()
          .map(files::read)
          .filter(found -> found.run() != null)
          .max(Comparator.comparing(found -> found.run().since()))
          .map(
              found ->
                  new Sighting(
                      found.run(),
                      LockTiming.positive(
                          Duration.between(Instant.ofEpochMilli(found.changed()), Instant.now()))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes sure that nobody is known to work in the workspace, without taking it.
   *
   * @throws UserMistake that names the run which has it
   */
  public static void refuseIfTaken(Workspace workspace) {
    sighting(workspace)
        .filter(seen -> seen.silence().compareTo(LockTiming.USUAL.sign().multipliedBy(3)) < 0)
        .filter(seen -> !seen.hasEnded())
        .ifPresent(
            seen -> {
              throw held(workspace, seen);
            });
  }

  static UserMistake held(Workspace workspace, Sighting seen) {
    WorkspaceRun run = seen.run();
    return new UserMistake(
        "pipeline.workspace: another run works in "
            + workspace.root()
            + ": "
            + run.holder()
            + ", since "
            + run.since()
            + (run.stage().isEmpty() ? "" : ", in stage '" + run.stage() + "'")
            + ", last sign of life "
            + ago(seen.silence())
            + ". Two runs at once would do the same work twice. Wait until it is done ('gradus"
            + " status' shows how far it is), stop it, or name another workspace.");
  }

  /** Says how long ago something was. */
  public static String ago(Duration duration) {
    return Console.duration(duration) + " ago";
  }

  /**
   * From now on the run is Spark's application of this name; called when others have taken over.
   */
  public synchronized void started(String application, Runnable stop) {
    run = run.at(application, run.stage(), null);
    whenLost = stop;
  }

  /**
   * From now on the run is in this stage.
   *
   * @param newPace asked every few seconds
   */
  public void enter(String stage, Supplier<Optional<Pace>> newPace) {
    synchronized (this) {
      pace = newPace;
      run = run.at(run.application(), stage, null);
    }
    giveSign();
    check();
  }

  /**
   * Makes sure that the workspace is still this run's.
   *
   * @throws UserMistake when another run has taken it
   */
  public void check() {
    if (!lostTo.isEmpty()) {
      throw lost();
    }
  }

  /** Whether another run has taken the workspace. */
  public boolean isLost() {
    return !lostTo.isEmpty();
  }

  /** What to say when {@link #isLost}. */
  public UserMistake lost() {
    return new UserMistake(
        "pipeline.workspace: this run gave no sign of life for "
            + Console.duration(timing.silence())
            + " and more, so that "
            + lostTo
            + " has taken its place in "
            + workspace.root()
            + ". Whatever it had finished is kept. Leave the other run alone, or stop it and run"
            + " again.");
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      // Not interrupted: a file may be being written.
      signs.join(PATIENCE.toMillis());
      if (lostTo.isEmpty()) {
        files.delete(files.path(number));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      // The file stays; the next run finds that this process is gone.
      Thread.currentThread().interrupt();
    }
  }

  private void giveSigns() {
    try {
      while (lostTo.isEmpty()) {
        if (closed.await(timing.sign().toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        giveSign();
      }
      whenLost.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void giveSign() {
    try {
      lookForOthers();
      if (lostTo.isEmpty()) {
        run = run.at(run.application(), run.stage(), pace.get().orElse(null));
        files.write(number, run);
      }
    } catch (IOException | RuntimeException e) {
      // Storage may come back; whoever takes over meanwhile is found then.
    }
  }

  private void lookForOthers() throws IOException {
    SortedMap<Long, FileStatus> there = files.list();
    if (there.isEmpty()) {
      lostTo = "somebody who has removed " + files.folder();
      return;
    }
    FileStatus last = there.get(there.lastKey());
    HolderFiles.Found found = files.read(last);
    boolean replaced =
        there.lastKey() == number && found.run() != null && !found.run().id().equals(run.id());
    if (there.lastKey() > number || replaced) {
      lostTo = found.run() == null ? "another run" : found.run().holder();
    }
  }
}
