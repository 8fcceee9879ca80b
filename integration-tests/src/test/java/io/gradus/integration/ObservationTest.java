package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run as Prometheus sees it while it goes on, and Spark's history server afterwards. */
class ObservationTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  @TempDir Path folder;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void stopProcesses() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void prometheusSeesHowFarStagesAreAndTheHistoryServerWhatTheyDid()
      throws IOException, InterruptedException {
    Path events = Files.createDirectories(folder.resolve("events"));
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(250, 61), 2);
    Path pipeline =
        GeneratedCorpus.pipeline(folder.resolve("a.conf"), input, folder.resolve("workspace"));
    int port = Program.freePort();
    Map<String, String> settings = new TreeMap<>();
    settings.put(
        "spark.metrics.conf", Program.root().resolve("conf/metrics.properties").toString());
    settings.put("spark.metrics.namespace", "gradus");
    settings.put("spark.ui.enabled", "true");
    settings.put("spark.ui.port", Integer.toString(port));
    settings.put("spark.ui.prometheus.enabled", "true");
    settings.put("spark.eventLog.enabled", "true");
    settings.put("spark.eventLog.dir", events.toUri().toString());
    StringBuilder options = new StringBuilder();
    settings.forEach((name, value) -> options.append(" -D" + name + "=" + value));
    Path output = folder.resolve("run.txt");
    Process run =
        Program.start(
            output, Map.of("GRADUS_JAVA_OPTIONS", options.toString()), "run", pipeline.toString());
    processes.add(run);

    String page = "http://127.0.0.1:" + port + "/metrics/prometheus";
    AtomicReference<String> metrics = new AtomicReference<>("");
    StandaloneCluster.await(
        "the pace of rate in " + output,
        () -> {
          metrics.set(get(page));
          double share = gauge("gradus_rate_share", metrics.get());
          return (share > 0 && share < 1) || !run.isAlive();
        });
    String executors = get("http://127.0.0.1:" + port + "/metrics/executors/prometheus");
    assertThat(run.isAlive()).as(Files.readString(output)).isTrue();

    assertThat(gauge("gradus_ingest_share", metrics.get())).isEqualTo(1);
    assertThat(gauge("gradus_ingest_tokens", metrics.get())).isGreaterThan(1000);
    assertThat(gauge("gradus_rate_tokensPerSecond", metrics.get())).isPositive();
    assertThat(gauge("gradus_pack_share", metrics.get())).isZero();
    assertThat(gauge("gradus_rating_gradus_builtin_cpu_documents", metrics.get())).isPositive();
    assertThat(executors).contains("metrics_executor_totalCores{application_id=\"local-");

    Program.Finished finished = Program.finish(run, output);
    assertThat(finished.exitCode()).as(finished.output()).isZero();
    history(events);
  }

  private void history(Path events) throws IOException {
    int port = Program.freePort();
    List<String> command = new ArrayList<>(Program.java());
    command.add("-Dspark.history.fs.logDirectory=" + events.toUri());
    command.add("-Dspark.history.ui.port=" + port);
    command.addAll(List.of("-Xmx512m", "org.apache.spark.deploy.history.HistoryServer"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("history.txt").toFile());
    builder.environment().put("CLASSPATH", Program.providedClassPath());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    Process server = builder.start();
    processes.add(server);
    String api = "http://127.0.0.1:" + port + "/api/v1/applications";
    StandaloneCluster.await(
        "the history server in " + folder.resolve("history.txt"),
        () -> get(api).contains("\"id\"") || !server.isAlive());

    JsonNode applications = new JsonMapper().readTree(get(api));
    assertThat(applications).hasSize(1);
    assertThat(applications.at("/0/name").asText()).isEqualTo("gradus");
    assertThat(applications.at("/0/attempts/0/completed").asBoolean()).isTrue();
    JsonNode jobs =
        new JsonMapper().readTree(get(api + "/" + applications.at("/0/id").asText() + "/jobs"));
    Set<String> groups = new TreeSet<>();
    jobs.forEach(
        job -> {
          assertThat(job.path("status").asText()).isEqualTo("SUCCEEDED");
          groups.add(job.path("jobGroup").asText());
        });
    assertThat(groups)
        .contains("gradus-ingest", "gradus-rate", "gradus-sample", "gradus-order", "gradus-pack")
        .contains("gradus-verify")
        .allMatch(group -> group.startsWith("gradus-"));
  }

  /** The value of the gauge whose name ends so, or NaN where there is none. */
  private static double gauge(String name, String metrics) {
    Matcher line =
        Pattern.compile("(?m)^metrics_gradus_driver_" + name + "_Value\\{type=\"gauges\"} (\\S+)$")
            .matcher(metrics);
    return line.find() ? Double.parseDouble(line.group(1)) : Double.NaN;
  }

  /** What a page says, or nothing while there is none. */
  private static String get(String uri) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(10)).build();
    try {
      return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException notYet) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
