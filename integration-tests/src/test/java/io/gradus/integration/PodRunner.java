package io.gradus.integration;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Does what a node does with executors' pods, without containers: starts the command of Spark's
 * image with the pod's environment as a process of this machine, and tells how it ends.
 */
final class PodRunner implements AutoCloseable {
  private static final String CONTAINER = "spark-kubernetes-executor";

  private final KubernetesClient client;
  private final Path sparkHome;
  private final Path folder;
  private final Map<String, Process> processes = new ConcurrentHashMap<>();
  private final Map<String, Pod> pods = new ConcurrentHashMap<>();
  private final List<CompletableFuture<Void>> ends = new CopyOnWriteArrayList<>();
  private final Watch watch;

  /**
   * Runs the executors of a namespace until it is closed.
   *
   * @param folder for what the processes write
   */
  PodRunner(KubernetesClient client, String namespace, Path sparkHome, Path folder) {
    this.client = client;
    this.sparkHome = sparkHome;
    this.folder = folder;
    this.watch =
        client
            .pods()
            .inNamespace(namespace)
            .withLabel("spark-role", "executor")
            .watch(new Executors());
  }

  /** The running executors. */
  List<ProcessHandle> executors() {
    return processes.values().stream()
        .map(Process::toHandle)
        .filter(ProcessHandle::isAlive)
        .toList();
  }

  /** All pods that were made, as the API server had them at first, by name. */
  Map<String, Pod> pods() {
    return new TreeMap<>(pods);
  }

  @Override
  public void close() {
    watch.close();
    processes.values().forEach(Process::destroyForcibly);
    ends.forEach(CompletableFuture::join);
  }

  private final class Executors implements Watcher<Pod> {
    @Override
    public void eventReceived(Action action, Pod pod) {
      String name = pod.getMetadata().getName();
      if (action == Action.ADDED) {
        pods.put(name, pod);
        processes.computeIfAbsent(name, unseen -> start(pod));
      } else if (action == Action.DELETED && processes.containsKey(name)) {
        processes.get(name).destroyForcibly();
      }
    }

    @Override
    public void onClose(WatcherException cause) {
      // The API server has gone; so will the executors.
    }
  }

  private Process start(Pod pod) {
    String name = pod.getMetadata().getName();
    Map<String, String> environment = new TreeMap<>();
    for (EnvVar variable : pod.getSpec().getContainers().get(0).getEnv()) {
      environment.put(variable.getName(), variable.getValue());
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    environment.keySet().stream()
        .filter(key -> key.startsWith("SPARK_JAVA_OPT_"))
        .map(environment::get)
        .forEach(command::add);
    command.add("-Xmx" + environment.get("SPARK_EXECUTOR_MEMORY"));
    command.addAll(List.of("-cp", sparkHome.resolve("jars") + "/*"));
    command.add("org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend");
    command.addAll(List.of("--driver-url", environment.get("SPARK_DRIVER_URL")));
    command.addAll(List.of("--executor-id", environment.get("SPARK_EXECUTOR_ID")));
    command.addAll(List.of("--cores", environment.get("SPARK_EXECUTOR_CORES")));
    command.addAll(List.of("--app-id", environment.get("SPARK_APPLICATION_ID")));
    command.addAll(List.of("--hostname", "127.0.0.1"));
    command.addAll(List.of("--resourceProfileId", environment.get("SPARK_RESOURCE_PROFILE_ID")));
    command.addAll(List.of("--podName", name));
    try {
      // What the pod's volumes are: the working folder, and one for spark.local.dir.
      Path work = Files.createDirectories(folder.resolve(name));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(work.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve(name + ".log").toFile());
      builder.environment().put("SPARK_HOME", sparkHome.toString());
      builder.environment().put("SPARK_USER", environment.get("SPARK_USER"));
      builder.environment().put("SPARK_LOCAL_DIRS", work.resolve("local").toString());
      Process process = builder.start();
      tell(pod, "Running", new ContainerStateBuilder().withNewRunning().endRunning().build());
      ends.add(process.onExit().thenAccept(ended -> tellEnd(pod, ended.exitValue())));
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tellEnd(Pod pod, int exitCode) {
    tell(
        pod,
        exitCode == 0 ? "Succeeded" : "Failed",
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(exitCode)
            .endTerminated()
            .build());
  }

  private void tell(Pod pod, String phase, ContainerState state) {
    var there =
        client
            .pods()
            .inNamespace(pod.getMetadata().getNamespace())
            .withName(pod.getMetadata().getName());
    // Spark removes the pods of executors that it has told to end.
    if (there.get() != null) {
      there.editStatus(
          found ->
              found
                  .edit()
                  .editOrNewStatus()
                  .withPhase(phase)
                  .removeAllFromContainerStatuses(found.getStatus().getContainerStatuses())
                  .addNewContainerStatus()
                  .withName(CONTAINER)
                  .withState(state)
                  .endContainerStatus()
                  .endStatus()
                  .build());
    }
  }
}
