package io.gradus.common.workspace;

import io.gradus.common.job.Console;
import io.gradus.common.job.Pace;
import io.gradus.common.job.UserMistake;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/**
 * The right to run in a workspace, which one run has at a time. The holder is described by a file
 * {@code running/<number>.json} that nobody else may create, and that it writes anew every few
 * seconds. Whoever finds that the holder has ended without giving the workspace back creates the
 * file of the next number, which again only one can do. A holder that has been taken for dead finds
 * the higher number and stops.
 *
 * <p>A holder has ended when its process is gone, which is seen on the same machine only, or when
 * its file did not change for {@link Timing#silence}. Ages are taken from the file system's own
 * clock, so clocks of machines may differ.
 */
public final class WorkspaceLock implements AutoCloseable {
  private static final String FOLDER = "running";
  private static final Pattern NAME = Pattern.compile("(\\d{6,18})\\.json");

  /** On these, of two that create a file one is refused. */
  private static final Set<String> CREATED_ONCE = Set.of("file", "hdfs", "viewfs");

  /** Stores that can refuse do so when asked, as S3A does; on others the last one to write wins. */
  private static final String ONLY_IF_ABSENT =
      Options.CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;

  /** How long the end of a run waits for storage that does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * How long things take.
   *
   * @param sign between two signs of life
   * @param silence after which a holder on another machine is taken for dead
   * @param settle how long a file is left alone before it is read back, where two can create it
   */
  record Timing(Duration sign, Duration silence, Duration settle) {
    static final Timing USUAL =
        new Timing(Duration.ofSeconds(5), Duration.ofMinutes(2), Duration.ofSeconds(2));
  }

  /** What is known about a holder. */
  private enum Life {
    ALIVE,
    ENDED,
    UNKNOWN
  }

  /** A holder's file as it was found; {@code run} is null where the file could not be read. */
  private record Found(Path file, long changed, WorkspaceRun run) {}

  /**
   * A run as somebody else sees it.
   *
   * @param silence since its last sign of life
   */
  public record Sighting(WorkspaceRun run, Duration silence) {
    /** Whether it has certainly or probably ended without saying so. */
    public boolean hasEnded() {
      return (run.onThisMachine() && !run.processExists())
          || silence.compareTo(Timing.USUAL.silence()) > 0;
    }
  }

  private final Workspace workspace;
  private final Timing timing;
  private final long number;
  private final Thread signs;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile WorkspaceRun run;
  private volatile Supplier<Optional<Pace>> pace = Optional::empty;
  private volatile Runnable whenLost = () -> {};
  private volatile String lostTo = "";

  private WorkspaceLock(Workspace workspace, Timing timing, long number, WorkspaceRun run) {
    this.workspace = workspace;
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
    return take(workspace, Timing.USUAL, news);
  }

  static WorkspaceLock take(Workspace workspace, Timing timing, Consumer<String> news) {
    try {
      return new Attempt(workspace, timing, news).take();
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
      return files(workspace).values().stream()
          .map(status -> found(workspace, status))
          .filter(found -> found.run() != null)
          .max(Comparator.comparing(found -> found.run().since()))
          .map(
              found ->
                  new Sighting(
                      found.run(),
                      positive(
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
        .filter(seen -> seen.silence().compareTo(Timing.USUAL.sign().multipliedBy(3)) < 0)
        .filter(seen -> !seen.hasEnded())
        .ifPresent(
            seen -> {
              throw held(workspace, seen);
            });
  }

  private static UserMistake held(Workspace workspace, Sighting seen) {
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
        fileSystem(workspace).delete(file(workspace, number), false);
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
        write(workspace, number, run);
      }
    } catch (IOException | RuntimeException e) {
      // Storage may come back; whoever takes over meanwhile is found then.
    }
  }

  private void lookForOthers() throws IOException {
    SortedMap<Long, FileStatus> files = files(workspace);
    if (files.isEmpty()) {
      lostTo = "somebody who has removed " + new Path(workspace.root(), FOLDER);
      return;
    }
    FileStatus last = files.get(files.lastKey());
    Found found = found(workspace, last);
    boolean replaced =
        files.lastKey() == number && found.run() != null && !found.run().id().equals(run.id());
    if (files.lastKey() > number || replaced) {
      lostTo = found.run() == null ? "another run" : found.run().holder();
    }
  }

  private static FileSystem fileSystem(Workspace workspace) throws IOException {
    return workspace.root().getFileSystem(workspace.hadoop());
  }

  private static Path file(Workspace workspace, long number) {
    return new Path(new Path(workspace.root(), FOLDER), String.format("%06d.json", number));
  }

  private static SortedMap<Long, FileStatus> files(Workspace workspace) throws IOException {
    SortedMap<Long, FileStatus> files = new TreeMap<>();
    try {
      for (FileStatus status :
          fileSystem(workspace).listStatus(new Path(workspace.root(), FOLDER))) {
        Matcher name = NAME.matcher(status.getPath().getName());
        if (name.matches()) {
          files.put(Long.parseLong(name.group(1)), status);
        }
      }
    } catch (FileNotFoundException e) {
      return files;
    }
    return files;
  }

  private static Found found(Workspace workspace, FileStatus status) {
    // On S3A, reading fails where the object is replaced in that moment.
    for (int attempt = 0; attempt < 3; attempt++) {
      try (FSDataInputStream in = fileSystem(workspace).open(status.getPath())) {
        String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        return new Found(
            status.getPath(), status.getModificationTime(), Json.read(json, WorkspaceRun.class));
      } catch (IOException | UncheckedIOException e) {
        // Just being written, or cut off by a kill.
      }
    }
    return new Found(status.getPath(), status.getModificationTime(), null);
  }

  private static void write(Workspace workspace, long number, WorkspaceRun run) throws IOException {
    Path file = file(workspace, number);
    FileSystem fileSystem = fileSystem(workspace);
    if (isLocal(fileSystem)) {
      java.nio.file.Path part = local(AtomicFile.temporary(file));
      Files.write(part, bytes(run));
      Files.move(part, local(file), StandardCopyOption.ATOMIC_MOVE);
    } else {
      AtomicFile.write(fileSystem, file, out -> out.write(bytes(run)));
    }
  }

  /** How the creation of a file went. */
  private enum Creation {
    /** Somebody else was quicker. */
    REFUSED,
    /** Of several that do it at once, no other one is told so. */
    CREATED,
    /** Somebody else may be told so too, and the last one to write wins. */
    WRITTEN
  }

  private static Creation create(Workspace workspace, Path file, WorkspaceRun run)
      throws IOException {
    FileSystem fileSystem = fileSystem(workspace);
    try {
      if (isLocal(fileSystem)) {
        // Hadoop looks and then creates, which is two steps.
        Files.createDirectories(local(file).getParent());
        Files.write(local(file), bytes(run), StandardOpenOption.CREATE_NEW);
        return Creation.CREATED;
      }
      if (fileSystem.hasPathCapability(file, ONLY_IF_ABSENT)) {
        for (int attempt = 0; attempt < 3; attempt++) {
          try {
            return createObject(workspace, file, run);
          } catch (IOException unsupported) {
            // Not by every server of the protocol, or there was a file that has just been removed;
            // what else is wrong comes again below.
          }
        }
      }
      try (FSDataOutputStream out = fileSystem.create(file, false)) {
        out.write(bytes(run));
      }
      return CREATED_ONCE.contains(fileSystem.getScheme()) ? Creation.CREATED : Creation.WRITTEN;
    } catch (FileAlreadyExistsException | java.nio.file.FileAlreadyExistsException quicker) {
      return Creation.REFUSED;
    }
  }

  private static Creation createObject(Workspace workspace, Path file, WorkspaceRun run)
      throws IOException {
    FileSystem fileSystem = fileSystem(workspace);
    if (!putIfAbsent(fileSystem, file, run)) {
      // Somebody was quicker; or a request that had got through was sent again, and refused.
      WorkspaceRun there = found(workspace, fileSystem.getFileStatus(file)).run();
      boolean mine = there != null && there.id().equals(run.id());
      return mine ? Creation.CREATED : Creation.REFUSED;
    }
    // Some servers do not know the condition and say nothing.
    return putIfAbsent(fileSystem, file, run) ? Creation.WRITTEN : Creation.CREATED;
  }

  /** The store refuses when the stream is closed, by an exception of its own. */
  private static boolean putIfAbsent(FileSystem fileSystem, Path file, WorkspaceRun run)
      throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(file);
    builder.overwrite(false).must(ONLY_IF_ABSENT, true);
    try (FSDataOutputStream out = builder.build()) {
      out.write(bytes(run));
      return true;
    } catch (IOException refused) {
      if (fileSystem.exists(file)) {
        return false;
      }
      throw refused;
    }
  }

  private static boolean isLocal(FileSystem fileSystem) {
    return fileSystem.getScheme().equals("file");
  }

  private static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.toUri().getPath());
  }

  private static byte[] bytes(WorkspaceRun run) {
    return Json.write(run).getBytes(StandardCharsets.UTF_8);
  }

  private static Duration positive(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }

  /** One attempt to take a workspace, with what it has seen so far. */
  private static final class Attempt {
    private final Workspace workspace;
    private final Timing timing;
    private final Consumer<String> news;
    private final WorkspaceRun run = WorkspaceRun.ofThisProcess(Instant.now());
    private final TreeMap<Path, Long> firstSeen = new TreeMap<>();
    private final long began = System.nanoTime();
    private long beganOnFileSystem;
    private boolean waiting;

    Attempt(Workspace workspace, Timing timing, Consumer<String> news) {
      this.workspace = workspace;
      this.timing = timing;
      this.news = news;
    }

    WorkspaceLock take() throws IOException, InterruptedException {
      while (true) {
        List<Found> holders =
            files(workspace).values().stream().map(status -> found(workspace, status)).toList();
        if (!holders.isEmpty() && beganOnFileSystem == 0) {
          beganOnFileSystem = clockOfFileSystem() - watched().toMillis();
        }
        Optional<Found> doubtful = Optional.empty();
        for (Found holder : holders) {
          switch (life(holder)) {
            case ALIVE -> {
              if (holder.run() != null) {
                throw held(workspace, new Sighting(holder.run(), silence(holder)));
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
      return positive(Duration.ofMillis(beganOnFileSystem - holder.changed()).plus(watched()));
    }

    /** What the file system says that the time is: clocks of machines differ. */
    private long clockOfFileSystem() throws IOException {
      FileSystem fileSystem = fileSystem(workspace);
      Path probe = AtomicFile.temporary(file(workspace, 0));
      fileSystem.create(probe, true).close();
      long now = fileSystem.getFileStatus(probe).getModificationTime();
      fileSystem.delete(probe, false);
      return now;
    }

    private void tellWaiting(Found holder) {
      if (!waiting) {
        waiting = true;
        news.accept(
            describe(holder)
                + " has given no sign of life for "
                + Console.duration(silence(holder))
                + "; waiting up to "
                + Console.duration(positive(timing.silence().minus(silence(holder))))
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
      FileSystem fileSystem = fileSystem(workspace);
      long number = 1 + files(workspace).keySet().stream().max(Long::compare).orElse(0L);
      Path file = file(workspace, number);
      Creation creation = WorkspaceLock.create(workspace, file, run);
      if (creation == Creation.REFUSED) {
        return Optional.empty();
      }
      if (creation == Creation.WRITTEN) {
        Thread.sleep(timing.settle().toMillis());
      }
      Set<Path> others = new HashSet<>();
      boolean mine = false;
      for (FileStatus status : files(workspace).values()) {
        if (!status.getPath().equals(fileSystem.makeQualified(file))) {
          others.add(status.getPath());
        } else {
          WorkspaceRun written = found(workspace, status).run();
          mine = written != null && written.id().equals(run.id());
        }
      }
      ended.forEach(holder -> others.remove(holder.file()));
      if (!mine) {
        return Optional.empty();
      }
      if (!others.isEmpty()) {
        fileSystem.delete(file, false);
        return Optional.empty();
      }
      for (Found holder : ended) {
        news.accept(describe(holder) + " has ended without finishing; going on from there.");
        fileSystem.delete(holder.file(), false);
      }
      return Optional.of(new WorkspaceLock(workspace, timing, number, run));
    }
  }
}
