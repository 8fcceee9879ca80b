package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The DAGs under a real Airflow. The cases are in Python, beside the DAGs. {@code -Dreaders=none}
 * leaves them out.
 */
class AirflowIT {
  private static final Path DAGS = Program.root().resolve("airflow-dags");
  private static final Path REFERENCE = Path.of("target/reference").toAbsolutePath();

  @TempDir static Path folder;
  private static Path python;
  private static Path sparkHome;

  @BeforeAll
  static void findAirflow() throws IOException, InterruptedException {
    assumeFalse(Boolean.getBoolean("readers.skip"), "-Dreaders=none: no Airflow");
    python = RunningScript.installed(folder, "install-airflow.sh").resolve("bin/python");
    sparkHome = SparkDistribution.home();
  }

  @Test
  void theFactorysOwnTestsPass() throws IOException, InterruptedException {
    pytest("--ignore=tests/flow", "tests");
  }

  /** Runs, kills, resumes and repeats the quickstart's stages on real text by spark-submit. */
  @Test
  void theFlowRunsFailsResumesAndRestsUnderAirflow() throws IOException, InterruptedException {
    RunningScript.python(
            folder,
            python,
            "real_documents.py",
            "--manual=" + REFERENCE.resolve("manual.jar"),
            "--debates=" + REFERENCE.resolve("debates.jar"),
            "--output=" + texts())
        .finish();
    pytest("tests/flow");
  }

  private static Path texts() {
    return folder.resolve("texts.jsonl");
  }

  private static void pytest(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    // No byte code beside the sources.
    command.addAll(List.of(python.toString(), "-B", "-m", "pytest", "-q"));
    command.addAll(List.of("-p", "no:cacheprovider"));
    command.addAll(List.of(arguments));
    Path log = Files.createTempFile(folder, "pytest", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(DAGS.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("SPARK_HOME", sparkHome.toString());
    environment.put("PATH", sparkHome.resolve("bin") + ":" + environment.get("PATH"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("GRADUS_JAR", Program.assembly().toString());
    environment.put("GRADUS_TEXTS", texts().toString());
    List<String> lines = new RunningScript(builder.start(), log).finish();
    assertThat(lines.get(lines.size() - 1))
        .containsPattern("[1-9][0-9]* passed")
        .doesNotContain("skipped");
  }
}
