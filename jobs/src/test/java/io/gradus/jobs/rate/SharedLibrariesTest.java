package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedLibrariesTest {
  @TempDir Path root;

  @Test
  void theLibraryPathComesBeforeTheCacheAndTheCacheBeforeTheSystem() throws IOException {
    FakeMachine machine = new FakeMachine(root);
    machine.library("/usr/lib/liba.so.1", "liba.so.1");
    assertThat(machine.libraries().find("liba.so.1")).contains(root.resolve("usr/lib/liba.so.1"));
    machine.library("/opt/liba.so.1", "liba.so.1").cache("liba.so.1", "/opt/liba.so.1");
    assertThat(machine.libraries().find("liba.so.1")).contains(root.resolve("opt/liba.so.1"));
    machine.library("/mine/liba.so.1", "liba.so.1").searching("/empty").searching("/mine");
    assertThat(machine.libraries().find("liba.so.1")).contains(root.resolve("mine/liba.so.1"));
    assertThat(machine.libraries().places())
        .containsExactly(
            "LD_LIBRARY_PATH (/empty, /mine)", "/etc/ld.so.cache (1 libraries)", "/usr/lib");
  }

  @Test
  void whatTheCacheNamesMustBeThere() throws IOException {
    FakeMachine machine = new FakeMachine(root).cache("liba.so.1", "/gone/liba.so.1");
    assertThat(machine.libraries().find("liba.so.1")).isEmpty();
    assertThat(machine.libraries().ofAnyVersion("liba.so")).isEmpty();
  }

  @Test
  void otherVersionsAreFoundInFoldersAndInTheCache() throws IOException {
    FakeMachine machine =
        new FakeMachine(root)
            .library("/opt/liba.so.3", "liba.so.3")
            .cache("liba.so.3", "/opt/liba.so.3")
            .library("/mine/liba.so.2", "liba.so.2")
            .library("/mine/libab.so.2", "libab.so.2")
            .searching("/mine");
    assertThat(machine.libraries().ofAnyVersion("liba.so"))
        .containsExactly(root.resolve("mine/liba.so.2"), root.resolve("opt/liba.so.3"));
  }

  @Test
  void aMachineWithoutAnythingSaysSo() {
    SharedLibraries libraries = new SharedLibraries(root, "");
    assertThat(libraries.find("liba.so.1")).isEmpty();
    assertThat(libraries.places())
        .containsExactly("LD_LIBRARY_PATH (not set)", "/etc/ld.so.cache (none)");
  }

  @Test
  void textIsNoLibrary() throws IOException {
    FakeMachine machine = new FakeMachine(root).library("/mine/liba.so.1", "liba.so.1");
    assertThat(SharedLibraries.loadable(root.resolve("mine/liba.so.1"))).isTrue();
    machine.file("/mine/liba.so.1", "INPUT(libb.so)".getBytes(StandardCharsets.UTF_8));
    assertThat(SharedLibraries.loadable(root.resolve("mine/liba.so.1"))).isFalse();
    machine.file("/mine/liba.so.1", new byte[0]);
    assertThat(SharedLibraries.loadable(root.resolve("mine/liba.so.1"))).isFalse();
  }
}
