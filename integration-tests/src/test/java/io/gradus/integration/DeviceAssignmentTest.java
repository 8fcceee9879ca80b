package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.jobs.rate.AssignedDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GPUs as the workers of a real cluster advertise them, on a machine that has none. */
class DeviceAssignmentTest {
  private static final Map<String, String> ONE_GPU_EACH =
      Map.of("spark.executor.resource.gpu.amount", "1", "spark.task.resource.gpu.amount", "1");

  @TempDir static Path folder;
  private static StandaloneCluster cluster;
  private static Path input;

  @BeforeAll
  static void startCluster() throws IOException {
    input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(40, 23), 2);
    cluster = StandaloneCluster.start(folder.resolve("cluster"), "3", "5");
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void everyTaskOfAnExecutorGetsTheGpuThatItsWorkerAdvertised() {
    SparkConf conf =
        new SparkConf()
            .setMaster(cluster.url())
            .setAppName("devices")
            .set("spark.ui.enabled", "false")
            .set("spark.executor.memory", "512m")
            .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .set("spark.scheduler.minRegisteredResourcesRatio", "1.0")
            .set("spark.scheduler.maxRegisteredResourcesWaitingTime", "300s")
            .set("spark.cores.max", "2");
    ONE_GPU_EACH.forEach(conf::set);
    Map<String, TreeSet<String>> devices = new TreeMap<>();
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      List<String> seen =
          spark
              .parallelize(Collections.nCopies(20, "a task"), 20)
              .map(
                  task -> {
                    // Long enough for both executors to get some.
                    Thread.sleep(100);
                    return SparkEnv.get().executorId() + " " + AssignedDevice.label();
                  })
              .collect();
      for (String pair : seen) {
        int space = pair.indexOf(' ');
        devices
            .computeIfAbsent(pair.substring(0, space), executor -> new TreeSet<>())
            .add(pair.substring(space + 1));
      }
    }
    assertThat(devices.values())
        .containsExactlyInAnyOrder(
            new TreeSet<>(List.of("gpu 3")), new TreeSet<>(List.of("gpu 5")));
  }

  @Test
  void missingLibrariesOfExecutorsStopTheJobAtItsStart() throws IOException, InterruptedException {
    Path workspace = folder.resolve("libraries");
    Program.Finished run = rateOnCuda(workspace, ONE_GPU_EACH);
    assertThat(run.exitCode()).as(run.output()).isEqualTo(2);
    assertThat(run.output())
        .containsPattern("gradus: rate.device.provider = cuda cannot work on gpu [35] of ")
        .contains("Needed: ONNX Runtime with CUDAExecutionProvider", "Found: ", "Looked in: ")
        .doesNotContain("\tat ", "ingest");
    assertThat(workspace.resolve("ingest")).doesNotExist();
  }

  @Test
  void gpusThatSparkDoesNotAssignAreToldWithTheSettings() throws IOException, InterruptedException {
    Path workspace = folder.resolve("settings");
    Program.Finished run = rateOnCuda(workspace, Map.of());
    assertThat(run.exitCode()).as(run.output()).isEqualTo(2);
    assertThat(run.output())
        .contains(
            "gradus: rate.device.provider = cuda, but Spark assigns no GPU to tasks. Set"
                + " spark.executor.resource.gpu.amount=1, spark.task.resource.gpu.amount=1")
        .doesNotContain("\tat ", "ingest");
    assertThat(workspace.resolve("ingest")).doesNotExist();
  }

  private static Program.Finished rateOnCuda(Path workspace, Map<String, String> settings)
      throws IOException, InterruptedException {
    Path pipeline =
        GeneratedCorpus.pipeline(
            folder.resolve(workspace.getFileName() + ".conf"), input, workspace);
    List<String> spark = new ArrayList<>(List.of("--master", cluster.url()));
    spark.addAll(List.of("--executor-memory", "512m"));
    settings.forEach((key, value) -> spark.addAll(List.of("--conf", key + "=" + value)));
    Path output = Files.createTempFile(folder, "output", ".txt");
    return Program.finish(
        Program.submit(
            output, spark, "rate", pipeline.toString(), "--set", "rate.device.provider=cuda"),
        output);
  }
}
