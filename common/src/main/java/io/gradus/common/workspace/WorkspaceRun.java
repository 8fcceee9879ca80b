package io.gradus.common.workspace;

import io.gradus.common.job.Pace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/**
 * A run that works in a workspace, as it says of itself every few seconds.
 *
 * @param id of this run alone
 * @param host where its driver runs
 * @param process the driver's number there
 * @param processStarted when that process began; null where the system does not tell
 * @param machine the booted system and the space of process numbers, within which {@code process}
 *     means this process; empty where the system does not tell
 * @param user who runs it
 * @param since when it began
 * @param application Spark's name of it; empty before Spark has started
 * @param stage the stage that it is in; empty before the first
 * @param pace of that stage; null where nothing is known
 */
public record WorkspaceRun(
    String id,
    String host,
    long process,
    Instant processStarted,
    String machine,
    String user,
    Instant since,
    String application,
    String stage,
    Pace pace) {

  /** A run of this process that begins now. */
  static WorkspaceRun ofThisProcess(Instant now) {
    ProcessHandle self = ProcessHandle.current();
    return new WorkspaceRun(
        UUID.randomUUID().toString(),
        thisHost(),
        self.pid(),
        self.info().startInstant().orElse(null),
        thisMachine(),
        System.getProperty("user.name"),
        now,
        "",
        "",
        null);
  }

  /** The same run, further on. */
  WorkspaceRun at(String newApplication, String newStage, Pace newPace) {
    return new WorkspaceRun(
        id, host, process, processStarted, machine, user, since, newApplication, newStage, newPace);
  }

  /** Who it is, for people. */
  public String holder() {
    return "process "
        + process
        + " of "
        + user
        + " on "
        + host
        + (application.isEmpty() ? "" : " (" + application + ")");
  }

  /** Whether its process can be looked at from here. */
  public boolean onThisMachine() {
    return !machine.isEmpty() && machine.equals(thisMachine());
  }

  /** Whether its process, known to be on this machine, is there. */
  public boolean processExists() {
    return ProcessHandle.of(process)
        .filter(ProcessHandle::isAlive)
        .filter(found -> isSame(found.info().startInstant().orElse(null)))
        .isPresent();
  }

  /** A number is given to another process later, which began at another time. */
  private boolean isSame(Instant started) {
    return processStarted == null || started == null || started.equals(processStarted);
  }

  private static String thisHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unknown host";
    }
  }

  /** Containers of one host have the host's boot, and names may be equal: numbers are not. */
  private static String thisMachine() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException | RuntimeException e) {
      // Not Linux: whether a run is there is told by its signs of life alone.
      return "";
    }
  }
}
