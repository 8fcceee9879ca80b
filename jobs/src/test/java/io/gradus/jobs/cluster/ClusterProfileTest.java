package io.gradus.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.jobs.cluster.ClusterProfile.DeployMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterProfileTest {
  private static final Path SHIPPED = Path.of("../conf/clusters");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "yarn-cpu",
        "yarn-gpu",
        "kubernetes-cpu",
        "kubernetes-gpu",
        "standalone-cpu",
        "standalone-gpu"
      })
  void aShippedProfileIsReadAndEverySettingHasItsReason(String name) throws IOException {
    ClusterProfile profile = ClusterProfile.read(name, SHIPPED, List.of());
    assertThat(profile.name()).isEqualTo(name);
    assertThat(profile.hasExecutors()).isTrue();
    assertThat(profile.gpusOfAnExecutor()).isEqualTo(name.endsWith("-gpu") ? 1 : 0);
    assertThat(profile.files()).allSatisfy(file -> assertThat(Path.of(file)).exists());
    assertThat(profile.settings())
        .containsEntry("spark.speculation", "true")
        .containsEntry("spark.decommission.enabled", "true")
        .containsEntry("spark.eventLog.enabled", "true")
        .containsKey("spark.executor.memoryOverhead");
    String before = "";
    for (String line : Files.readAllLines(SHIPPED.resolve(name + ".conf"))) {
      if (line.startsWith("  \"spark.")) {
        assertThat(before.strip()).as("what is above " + line).matches("(# |\"spark\\.).+");
      }
      before = line;
    }
  }

  @Test
  void aUsersMistakeIsNotMadeTwiceOnYarn() {
    assertThat(ClusterProfile.read("yarn-cpu", SHIPPED, List.of()).settings())
        .containsEntry("spark.yarn.maxAppAttempts", "1");
  }

  @Test
  void aProfileMayBeAnyFileAndBuildOnAnother() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("ours.conf"),
            """
            include file("%s")
            deploy-mode = client
            conf { "spark.executor.instances" = 3 }
            """
                .formatted(SHIPPED.resolve("yarn-cpu.conf").toAbsolutePath()));
    ClusterProfile profile =
        ClusterProfile.read(file.toString(), SHIPPED, List.of("spark.executor.cores=5"));
    assertThat(profile.deployMode()).isEqualTo(DeployMode.CLIENT);
    assertThat(profile.executors()).isEqualTo(3);
    assertThat(profile.coresOfAnExecutor()).isEqualTo(5);
    assertThat(profile.heap()).isEqualTo(12L << 30);
    assertThat(profile.overhead()).isEqualTo(6L << 30);
  }

  @Test
  void pathsAreThoseOfTheProfilesFolder() throws IOException {
    ClusterProfile profile =
        read("master = yarn, files = [ gpus.sh ], archives = [ \"hdfs:///b.zip#b\" ], conf { }");
    assertThat(profile.files()).containsExactly(folder + "/gpus.sh");
    assertThat(profile.archives()).containsExactly("hdfs:///b.zip#b");
  }

  @Test
  void withoutASettingTheOverheadIsSparks() throws IOException {
    assertThat(read("master = yarn, conf { \"spark.executor.memory\" = 8g }").overhead())
        .isEqualTo((8L << 30) / 10);
    assertThat(read("master = yarn, conf { \"spark.executor.memory\" = 512 }").overhead())
        .isEqualTo(384L << 20);
  }

  @Test
  void allProblemsAreNamedAtOnce() {
    assertThatThrownBy(() -> read("deploy-mode = both, conf { memory = 3g }, file = x"))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("The configuration has 4 problems:")
        .hasMessageContaining("conf.memory (ours.conf:1): is no setting of Spark; write its whole")
        .hasMessageContaining("master (ours.conf:1): missing; give text")
        .hasMessageContaining("deploy-mode (ours.conf:1): 'both' is not one of client, cluster")
        .hasMessageContaining("file (ours.conf:1): unknown key; did you mean 'files'?");
  }

  @Test
  void anUnknownProfileIsAnsweredWithTheNearest() {
    assertThatThrownBy(() -> ClusterProfile.read("yarn-cpus", SHIPPED, List.of()))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith("--cluster: there is neither a file 'yarn-cpus' nor a profile")
        .hasMessageContaining("Did you mean 'yarn-cpu'? Profiles there: kubernetes-cpu,");
  }

  @Test
  void anOverrideNeedsAKeyOfSpark() {
    assertThatThrownBy(() -> ClusterProfile.read("yarn-cpu", SHIPPED, List.of("executors=2")))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "--conf executors=2: give a setting of Spark and its value, as in --conf"
                + " spark.executor.instances=20");
  }

  private ClusterProfile read(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("ours.conf"), text);
    return ClusterProfile.read(file.toString(), SHIPPED, List.of());
  }
}
