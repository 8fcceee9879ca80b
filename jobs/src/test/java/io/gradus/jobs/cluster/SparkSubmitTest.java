package io.gradus.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.jobs.cluster.ClusterProfile.DeployMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkSubmitTest {
  @TempDir Path folder;

  @Test
  void theShellReadsThePrintedCommandAsItIs() throws IOException, InterruptedException {
    Path program = program(folder.resolve("bin"));
    ClusterProfile profile =
        new ClusterProfile(
            "ours",
            "yarn",
            DeployMode.CLUSTER,
            "",
            List.of("/a/gpus.sh"),
            List.of("/a/b.zip#b"),
            List.of(),
            new TreeMap<>(Map.of("spark.executor.memory", "12g")));
    SparkSubmit submit =
        SparkSubmit.of(
            profile,
            program,
            Path.of("/it's here/gradus.jar"),
            "books 30b",
            Map.of("spark.hadoop.gradus.model-files", "{\"/a b\":{\"digest\":\"$(rm x)\"}}"),
            List.of("run", "hdfs:///a.conf", "--set", "sample.tokens=50 %"));
    assertThat(submit.shell())
        .startsWith(program + " \\\n  --master yarn \\\n  --deploy-mode cluster \\\n  --name");

    Process shell = new ProcessBuilder("bash", "-c", submit.shell()).start();
    String words = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).isZero();
    List<String> expected = new ArrayList<>(submit.command());
    expected.remove(0);
    assertThat(words.lines()).containsExactlyElementsOf(expected);
    assertThat(expected)
        .containsSubsequence("--files", "/a/gpus.sh", "--archives", "/a/b.zip#b")
        .containsSubsequence("--class", "io.gradus.jobs.command.Gradus")
        .endsWith("run", "hdfs:///a.conf", "--set", "sample.tokens=50 %");
  }

  @Test
  void secretsAreNotPrintedButAskedForByTheShell() throws IOException, InterruptedException {
    Path program = program(folder.resolve("bin"));
    ClusterProfile profile =
        new ClusterProfile(
            "ours",
            "yarn",
            DeployMode.CLUSTER,
            "",
            List.of(),
            List.of(),
            List.of(),
            new TreeMap<>(Map.of("spark.hadoop.fs.s3a.secret.key", "Xy/z")));
    SparkSubmit submit =
        SparkSubmit.of(profile, program, Path.of("a.jar"), "books", Map.of(), List.of("run"));
    String variable = "SPARK_HADOOP_FS_S3A_SECRET_KEY";
    assertThat(submit.shell())
        .contains("--conf spark.hadoop.fs.s3a.secret.key=\"${" + variable + ":?}\"")
        .doesNotContain("Xy");
    assertThat(submit.variables()).containsExactly(variable);

    ProcessBuilder shell = new ProcessBuilder("bash", "-c", submit.shell());
    assertThat(shell.start().waitFor()).isNotZero();
    shell.environment().put(variable, "it's");
    Process run = shell.start();
    String words = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(words.lines()).contains("spark.hadoop.fs.s3a.secret.key=it's");
  }

  @Test
  void sparkHomeComesBeforeThePath() throws IOException {
    Path home = program(folder.resolve("home/bin"));
    Path path = program(folder.resolve("path"));
    assertThat(
            SparkSubmit.find(
                Map.of("SPARK_HOME", folder + "/home", "PATH", "/none:" + path.getParent())))
        .isEqualTo(home);
    assertThat(SparkSubmit.find(Map.of("PATH", "/none:" + path.getParent()))).isEqualTo(path);
  }

  @Test
  void aMissingSparkIsNamed() {
    assertThatThrownBy(() -> SparkSubmit.find(Map.of("SPARK_HOME", "/none")))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "SPARK_HOME is '/none', but there is no program /none/bin/spark-submit. Set it to the"
                + " folder of a Spark 4.1, or unset it to use the PATH.");
    assertThatThrownBy(() -> SparkSubmit.find(Map.of("PATH", "/none")))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith("There is no spark-submit: SPARK_HOME is not set, and the PATH");
  }

  /** Prints its arguments, one a line. */
  private static Path program(Path bin) throws IOException {
    Path program = Files.createDirectories(bin).resolve("spark-submit");
    Files.writeString(program, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
