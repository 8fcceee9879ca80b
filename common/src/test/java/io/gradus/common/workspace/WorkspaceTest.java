package io.gradus.common.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {
  private record Settings(double temperature, String method) {}

  @TempDir Path folder;

  @Test
  void aStageIsFinishedWhenItsManifestIsThere() {
    StageDirectory stage = workspace().stage("sample", "0123456789abcdef");
    stage.writeText("half.txt", "text");
    assertThat(stage.manifest()).isEmpty();
    stage.finish(manifest("0123456789abcdef", Instant.EPOCH));
    assertThat(stage.manifest()).contains(manifest("0123456789abcdef", Instant.EPOCH));
  }

  @Test
  void finishedOutputsComeNewestFirst() {
    workspace().stage("sample", "a").finish(manifest("a", Instant.EPOCH));
    workspace().stage("sample", "b").finish(manifest("b", Instant.EPOCH.plusSeconds(1)));
    workspace().stage("sample", "c").writeText("half.txt", "text");
    assertThat(workspace().finished("sample").stream().map(Manifest::fingerprint))
        .containsExactly("b", "a");
    assertThat(workspace().finished("pack")).isEmpty();
  }

  @Test
  void fingerprintsFollowEverythingThatBytesDependOn() {
    String before = fingerprint(1.0, "x", 42);
    assertThat(before).hasSize(16).isEqualTo(fingerprint(1.0, "x", 42));
    assertThat(fingerprint(2.0, "x", 42)).isNotEqualTo(before);
    assertThat(fingerprint(1.0, "y", 42)).isNotEqualTo(before);
    assertThat(fingerprint(1.0, "x", 43)).isNotEqualTo(before);
  }

  @Test
  void aFileAppearsWholeOrNotAtAll() throws IOException {
    StageDirectory stage = workspace().stage("sample", "a");
    stage.writeText("file.txt", "before");
    org.apache.hadoop.fs.Path path = stage.file("file.txt");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    stage.fileSystem(),
                    path,
                    out -> {
                      out.write('x');
                      throw new IOException("the disk is full");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is full");
    assertThat(stage.text("file.txt")).contains("before");
  }

  @Test
  void aFinishedFileIsKeptWhenALateAttemptBringsTheSameLength() throws IOException {
    FileSystem fileSystem = FileSystem.getLocal(new Configuration());
    Path finished = Files.writeString(folder.resolve("part"), "first");
    Path late = Files.writeString(folder.resolve("late"), "later");

    AtomicFile.commit(fileSystem, path(late), path(finished));

    assertThat(finished).content().isEqualTo("first");
    assertThat(late).doesNotExist();
  }

  @Test
  void aFileOfAnotherLengthIsReplaced() throws IOException {
    for (FileSystem fileSystem :
        List.of(
            FileSystem.newInstanceLocal(new Configuration()), new Answering(), new Throwing())) {
      fileSystem.initialize(URI.create("file:///"), new Configuration());
      Path half = Files.writeString(folder.resolve("part"), "ha");
      Path whole = Files.writeString(folder.resolve("whole"), "whole");

      AtomicFile.commit(fileSystem, path(whole), path(half));

      assertThat(half).content().isEqualTo("whole");
      assertThat(whole).doesNotExist();
    }
  }

  @Test
  void aTextIsReplacedByOneOfTheSameLengthOnEveryFileSystem() throws IOException {
    for (FileSystem fileSystem :
        List.of(
            FileSystem.newInstanceLocal(new Configuration()), new Answering(), new Throwing())) {
      fileSystem.initialize(URI.create("file:///"), new Configuration());
      Path text = Files.writeString(folder.resolve("text"), "before");

      AtomicFile.write(
          fileSystem, path(text), out -> out.write("behind".getBytes(StandardCharsets.UTF_8)));

      assertThat(text).content().isEqualTo("behind");
    }
  }

  /** Does not rename onto a file, and says so as HDFS does. */
  private static final class Answering extends RawLocalFileSystem {
    @Override
    public boolean rename(org.apache.hadoop.fs.Path source, org.apache.hadoop.fs.Path target)
        throws IOException {
      return !exists(target) && super.rename(source, target);
    }
  }

  /** Does not rename onto a file, and says so as S3A does. */
  private static final class Throwing extends RawLocalFileSystem {
    @Override
    public boolean rename(org.apache.hadoop.fs.Path source, org.apache.hadoop.fs.Path target)
        throws IOException {
      if (exists(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      return super.rename(source, target);
    }
  }

  private static org.apache.hadoop.fs.Path path(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }

  @Test
  void anUnwritableWorkspaceIsTheUsersToMend() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Workspace workspace = Workspace.at(file.resolve("below").toString(), new Configuration());
    assertThatThrownBy(workspace::prepare)
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith("pipeline.workspace: cannot write to 'file:" + file + "/below' (")
        .hasMessageEndingWith("Choose a folder you may write to, or change its permissions.");
  }

  @Test
  void anUnknownFileSystemIsTheUsersToMend() {
    assertThatThrownBy(() -> Workspace.at("nowhere://bucket/x", new Configuration()))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith("pipeline.workspace: cannot use 'nowhere://bucket/x' (")
        .hasMessageEndingWith("Give a folder, or the URI of a file system that Hadoop knows.");
  }

  private Workspace workspace() {
    return Workspace.at(folder.toString(), new Configuration());
  }

  private static String fingerprint(double temperature, String digest, long seed) {
    return Fingerprint.of(
        "sample",
        1,
        new Settings(temperature, "top"),
        Map.of("rate", "0123"),
        Map.of("model", digest),
        seed);
  }

  private static Manifest manifest(String fingerprint, Instant finished) {
    return new Manifest(
        "sample",
        1,
        fingerprint,
        Json.tree(new Settings(1, "top")),
        Map.of(),
        Map.of(),
        42,
        Instant.EPOCH,
        finished,
        2,
        Map.of("spark", "4.1.0"),
        "done",
        Json.tree(Map.of("rows", 3)));
  }
}
