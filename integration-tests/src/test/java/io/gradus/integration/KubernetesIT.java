package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code conf/kubernetes} gives to the real spark-submit, and what Spark makes of it: objects
 * in an API server that keeps them, executors as processes of this machine. {@code -Dreaders=none}
 * leaves these tests out.
 */
class KubernetesIT {
  private static final String NAMESPACE = "gradus";
  private static final Path CONF = Program.root().resolve("conf/kubernetes");
  private static final Path SCHEMA =
      Path.of("src/test/resources/kubernetes/spark-application-schema.json").toAbsolutePath();

  /**
   * A driver removes executors that it gives up, a submitter the driver that lacks its settings.
   */
  private static final String ON_OCCASION = "delete pods";

  @TempDir static Path folder;
  private static Path sparkHome;
  private static ApiServer server;
  private Process submit;

  @BeforeAll
  static void startServer() throws IOException, InterruptedException {
    assumeFalse(Boolean.getBoolean("readers.skip"), "-Dreaders=none: no Spark distribution");
    sparkHome = SparkDistribution.home();
    server = ApiServer.start();
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void stopSubmit() {
    if (submit != null) {
      submit.destroyForcibly();
    }
  }

  @Test
  void aSubmissionMakesADriverThatKeepsToTheTemplate() throws IOException, InterruptedException {
    server.takeRequests();
    Path output = folder.resolve("cluster.txt");
    Path profile = folder.resolve("kubernetes.conf");
    Files.writeString(
        profile,
        Files.readString(Program.root().resolve("conf/clusters/kubernetes-gpu.conf"))
            .replaceFirst("(?m)^master = .*$", "master = \"" + server.master() + "\"")
            .replace("\"conf/kubernetes/", "\"" + CONF + "/")
            .concat("shared = [ \"" + folder + "\" ]\n"));
    Path input = GeneratedCorpus.write(folder.resolve("few"), GeneratedCorpus.lines(3, 1), 1);
    Path pipeline =
        GeneratedCorpus.pipeline(
            folder.resolve("books.conf"), input, folder.resolve("submitted-from-here"));
    submit =
        Program.start(
            output,
            Map.of(
                "SPARK_HOME",
                sparkHome.toString(),
                "KUBECONFIG",
                folder.resolve("no-kubeconfig").toString()),
            "submit",
            pipeline.toString(),
            "--cluster",
            profile.toString());
    StandaloneCluster.await(
        "a driver's pod, see " + output,
        () -> !submit.isAlive() || !pods("spark-role", "driver").isEmpty());
    assertThat(submit.isAlive()).as(Files.readString(output)).isTrue();
    Pod driver = pods("spark-role", "driver").get(0);
    end(driver);
    Program.Finished run = Program.finish(submit, output);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("The driver is on its way: 'gradus status ");

    Pod template = read("driver-pod.yaml", Pod.class);
    assertKeeps(template, driver);
    PodSpec pod = driver.getSpec();
    assertThat(pod.getServiceAccountName()).isEqualTo("gradus");
    Container container = pod.getContainers().get(0);
    assertThat(container.getImage()).isEqualTo("registry.example/gradus:latest");
    assertThat(container.getArgs())
        .startsWith("driver")
        .containsSubsequence(
            "io.gradus.jobs.command.Gradus", "local:///opt/gradus/gradus-jobs-assembly.jar", "run")
        .anyMatch(word -> word.matches(".*/submitted-from-here/submitted/[^/]+/pipeline\\.conf"));
    assertThat(container.getResources().getLimits())
        .containsEntry("memory", new Quantity("4505Mi"));

    List<Service> services = all(server.client().services().inNamespace(NAMESPACE));
    assertThat(services).hasSize(1);
    assertThat(services.get(0).getSpec().getClusterIP()).isEqualTo("None");
    List<ConfigMap> maps = all(server.client().configMaps().inNamespace(NAMESPACE));
    assertThat(maps)
        .anySatisfy(
            map ->
                assertThat(map.getData().get("spark.properties"))
                    .contains(
                        "spark.executor.resource.gpu.vendor=nvidia.com",
                        "spark.kubernetes.authenticate.executor.serviceAccountName=gradus-executor"))
        .anySatisfy(
            map ->
                assertThat(map.getData().values())
                    .contains(Files.readString(CONF.resolve("executor-gpu-pod.yaml"))));
    assertRole("gradus-submitter");

    validate(save(driver));
  }

  @Test
  void theWholePipelineRunsInPodsThoughAnExecutorIsKilled()
      throws IOException, InterruptedException {
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(100, 17), 2);
    Path undisturbed = folder.resolve("undisturbed");
    Program.Finished local =
        Program.run(
            folder,
            Map.of(),
            "run",
            GeneratedCorpus.pipeline(folder.resolve("a.conf"), input, undisturbed).toString());
    assertThat(local.exitCode()).as(local.output()).isZero();

    Pod self = driverPod();
    server.takeRequests();
    Path workspace = folder.resolve("pods");
    Path output = folder.resolve("client.txt");
    try (PodRunner runner =
        new PodRunner(server.client(), NAMESPACE, sparkHome, folder.resolve("executors"))) {
      Files.createDirectories(folder.resolve("executors"));
      List<String> options = new ArrayList<>(List.of("--deploy-mode", "client"));
      options.addAll(
          settings(
              "spark.kubernetes.driver.pod.name=" + self.getMetadata().getName(),
              "spark.kubernetes.executor.podTemplateFile=" + CONF.resolve("executor-gpu-pod.yaml"),
              "spark.driver.host=127.0.0.1",
              "spark.driver.bindAddress=127.0.0.1",
              "spark.driver.memory=1g",
              "spark.executor.instances=2",
              "spark.executor.cores=1",
              "spark.executor.memory=768m",
              "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1",
              "spark.executor.resource.gpu.amount=1",
              "spark.executor.resource.gpu.vendor=nvidia.com",
              "spark.executor.resource.gpu.discoveryScript=" + discoveryScript(),
              "spark.task.resource.gpu.amount=1",
              "spark.sql.shuffle.partitions=4"));
      submit =
          submit(
              output,
              options,
              Program.assembly().toString(),
              "run",
              GeneratedCorpus.pipeline(folder.resolve("b.conf"), input, workspace).toString());
      StandaloneCluster.await(
          "ratings, see " + output,
          () -> !submit.isAlive() || RaterFiles.finished(workspace).size() >= 3);
      assertThat(submit.isAlive()).as(Files.readString(output)).isTrue();
      int rated = RaterFiles.finished(workspace).size();
      runner.executors().get(0).destroyForcibly();

      Program.Finished run = Program.finish(submit, output);
      assertThat(run.exitCode()).as(run.output()).isZero();
      assertThat(rated).as("buckets rated when the executor was killed").isLessThan(16);
      assertThat(runner.pods()).as("pods: two, and one for the killed").hasSizeGreaterThan(2);
      assertThat(Outputs.shards(workspace)).isEqualTo(Outputs.shards(undisturbed));

      assertRole("gradus-driver");

      Pod executor = runner.pods().values().iterator().next();
      assertKeeps(read("executor-gpu-pod.yaml", Pod.class), executor);
      PodSpec pod = executor.getSpec();
      assertThat(pod.getServiceAccountName()).isEqualTo("gradus-executor");
      assertThat(pod.getAutomountServiceAccountToken()).isFalse();
      assertThat(pod.getContainers().get(0).getResources().getLimits())
          .containsEntry("nvidia.com/gpu", new Quantity("1"));
      assertThat(pod.getContainers().get(0).getEnv())
          .anySatisfy(
              variable -> {
                assertThat(variable.getName()).isEqualTo("SPARK_LOCAL_DIRS");
                assertThat(variable.getValue()).isEqualTo("/var/data/spark-local-dir-1");
              });
      validate(save(executor));
    }
  }

  @Test
  void manifestsKeepToTheOfficialSchemas() throws IOException, InterruptedException {
    validate(
        CONF.resolve("access.yaml"),
        CONF.resolve("driver-pod.yaml"),
        CONF.resolve("executor-pod.yaml"),
        CONF.resolve("executor-gpu-pod.yaml"),
        CONF.resolve("spark-application.yaml"));
  }

  @Test
  void theSparkApplicationHasTheTemplatesThatSparkSubmitGets() throws IOException {
    Map<?, ?> application = read("spark-application.yaml", Map.class);
    for (String role : List.of("driver", "executor")) {
      Map<?, ?> template = (Map<?, ?>) part(application, "spec", role, "template");
      assertThat(part(template, "spec"))
          .isEqualTo(part(read(role + "-pod.yaml", Map.class), "spec"));
    }
  }

  private static Object part(Map<?, ?> whole, String... path) {
    Object part = whole;
    for (String key : path) {
      part = ((Map<?, ?>) part).get(key);
    }
    return part;
  }

  @Test
  void aMisspeltFieldIsFound() throws IOException, InterruptedException {
    Path pod = folder.resolve("misspelt-pod.yaml");
    Files.writeString(
        pod,
        Files.readString(CONF.resolve("executor-pod.yaml"))
            .replace("readOnlyRootFilesystem", "readonlyRootFilesystem"));
    assertThat(validation(pod).output()).contains("readonlyRootFilesystem");
    Path application = folder.resolve("misspelt-application.yaml");
    Files.writeString(
        application,
        Files.readString(CONF.resolve("spark-application.yaml"))
            .replace("onFailureRetries", "onFailureRetry")
            .replace("mode: cluster", "mode: clustered"));
    assertThat(validation(application).output()).contains("onFailureRetry'", "'clustered'");
    assertThat(validation(application).exitCode()).isEqualTo(1);
  }

  @Test
  void theImageIsOfTheSparkThatTheBuildUses() throws IOException {
    String version = org.apache.spark.package$.MODULE$.SPARK_VERSION();
    List<String> lines = Files.readAllLines(CONF.resolve("Dockerfile"));
    assertThat(lines)
        .contains("ARG SPARK_IMAGE=apache/spark:" + version + "-scala2.13-java17-ubuntu");
    for (String line : lines) {
      if (line.startsWith("COPY --chmod") && !line.contains("${JAR}")) {
        String[] words = line.split(" ");
        for (String file : List.of(words).subList(2, words.length - 1)) {
          assertThat(Program.root().resolve(file)).exists();
        }
      }
    }
  }

  /** What the template says stands, and Spark has put its own beside it. */
  private static void assertKeeps(Pod template, Pod pod) {
    PodSpec wanted = template.getSpec();
    PodSpec found = pod.getSpec();
    assertThat(found.getSecurityContext()).isEqualTo(wanted.getSecurityContext());
    assertThat(found.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(found.getSecurityContext().getSeccompProfile().getType())
        .isEqualTo("RuntimeDefault");
    assertThat(found.getTolerations()).isEqualTo(wanted.getTolerations());
    assertThat(found.getTopologySpreadConstraints())
        .isEqualTo(wanted.getTopologySpreadConstraints());
    assertThat(found.getVolumes()).containsAll(wanted.getVolumes());
    assertThat(found.getContainers()).hasSize(1);
    Container wantedContainer = wanted.getContainers().get(0);
    Container container = found.getContainers().get(0);
    assertThat(container.getSecurityContext()).isEqualTo(wantedContainer.getSecurityContext());
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getVolumeMounts()).containsAll(wantedContainer.getVolumeMounts());
    assertThat(container.getVolumeMounts())
        .filteredOn(mount -> mount.getName().startsWith("spark-local-dir"))
        .extracting(VolumeMount::getMountPath)
        .containsExactly("/var/data/spark-local-dir-1");
    assertThat(container.getResources().getLimits())
        .containsAllEntriesOf(wantedContainer.getResources().getLimits());
  }

  /** What is needed for every submission. */
  private static List<String> settings(String... more) {
    List<String> options = new ArrayList<>();
    List<String> settings = new ArrayList<>(List.of(more));
    settings.add("spark.kubernetes.namespace=" + NAMESPACE);
    settings.add("spark.kubernetes.container.image=registry.example/gradus:latest");
    settings.add("spark.kubernetes.authenticate.executor.serviceAccountName=gradus-executor");
    settings.add("spark.ui.enabled=false");
    settings.forEach(setting -> options.addAll(List.of("--conf", setting)));
    return options;
  }

  private static Process submit(Path output, List<String> options, String jar, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(sparkHome.resolve("bin/spark-submit").toString());
    command.addAll(List.of("--master", server.master()));
    command.addAll(options);
    command.addAll(List.of("--class", "io.gradus.jobs.command.Gradus", jar));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("SPARK_HOME", sparkHome.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("KUBECONFIG", folder.resolve("no-kubeconfig").toString());
    return builder.start();
  }

  private static Path discoveryScript() throws IOException {
    Path script = folder.resolve("gpus.sh");
    Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\"]}'\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static List<Pod> pods(String label, String value) {
    return server.client().pods().inNamespace(NAMESPACE).withLabel(label, value).list().getItems();
  }

  private static <T extends HasMetadata> List<T> all(
      NonNamespaceOperation<
              T, ? extends io.fabric8.kubernetes.api.model.KubernetesResourceList<T>, ?>
          resources) {
    return resources.list().getItems();
  }

  /** A node would say that the driver's container has ended. */
  private static void end(Pod pod) {
    server
        .client()
        .pods()
        .inNamespace(NAMESPACE)
        .withName(pod.getMetadata().getName())
        .editStatus(
            found ->
                found
                    .edit()
                    .editOrNewStatus()
                    .withPhase("Succeeded")
                    .addNewContainerStatus()
                    .withName("spark-kubernetes-driver")
                    .withNewState()
                    .withNewTerminated()
                    .withExitCode(0)
                    .endTerminated()
                    .endState()
                    .endContainerStatus()
                    .endStatus()
                    .build());
  }

  /** The pod in which a driver of cluster mode would be, which then owns its executors. */
  private static Pod driverPod() {
    Pod pod =
        server
            .client()
            .pods()
            .inNamespace(NAMESPACE)
            .resource(
                read("driver-pod.yaml", Pod.class)
                    .edit()
                    .editOrNewMetadata()
                    .withName("gradus-driver")
                    .endMetadata()
                    .build())
            .create();
    return server
        .client()
        .pods()
        .inNamespace(NAMESPACE)
        .withName(pod.getMetadata().getName())
        .editStatus(
            found ->
                found
                    .edit()
                    .editOrNewStatus()
                    .withPhase("Running")
                    .addNewCondition()
                    .withType("Ready")
                    .withStatus("True")
                    .endCondition()
                    .endStatus()
                    .build());
  }

  private static <T> T read(String file, Class<T> type) {
    try {
      return Serialization.unmarshal(Files.readString(CONF.resolve(file)), type);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A role allows what was asked for, and nothing else. */
  private static void assertRole(String name) throws IOException {
    SortedSet<String> asked = server.takeRequests();
    asked.add(ON_OCCASION);
    assertThat(rights(name)).isEqualTo(asked);
  }

  /** What a role of {@code access.yaml} allows, as {@code verb resource}. */
  private static SortedSet<String> rights(String name) throws IOException {
    SortedSet<String> rights = new TreeSet<>();
    for (String document : Files.readString(CONF.resolve("access.yaml")).split("(?m)^---$", -1)) {
      if (Serialization.unmarshal(document, HasMetadata.class) instanceof Role role
          && role.getMetadata().getName().equals(name)) {
        role.getRules()
            .forEach(
                rule ->
                    rule.getVerbs()
                        .forEach(
                            verb ->
                                rule.getResources()
                                    .forEach(resource -> rights.add(verb + " " + resource))));
      }
    }
    return rights;
  }

  private static Path save(Pod pod) throws IOException {
    return Files.writeString(
        folder.resolve(pod.getMetadata().getName() + ".json"), Serialization.asJson(pod));
  }

  private static void validate(Path... files) throws IOException, InterruptedException {
    Program.Finished validation = validation(files);
    assertThat(validation.exitCode()).as(validation.output()).isZero();
  }

  private static Program.Finished validation(Path... files)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--spark-application", SCHEMA.toString()));
    for (Path file : files) {
      arguments.add(file.toString());
    }
    Path python = RunningScript.installed(folder, "install-airflow.sh").resolve("bin/python");
    RunningScript validation =
        RunningScript.python(
            folder, python, "validate_manifests.py", arguments.toArray(String[]::new));
    return Program.finish(validation.process(), validation.log());
  }
}
