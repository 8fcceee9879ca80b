package io.gradus.integration;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The API server that comes with Spark's Kubernetes client for tests: it keeps objects and tells
 * watchers, checks no rights and runs nothing. Added are what Spark 4.1 needs besides, server-side
 * apply and a state of new pods, and a list of what was asked.
 */
final class ApiServer implements AutoCloseable {
  private static final String OWN_CLIENT = "gradus-tests";

  /** Writes a line for each request. Kept, or its level would be forgotten. */
  private static final Logger REQUESTS = Logger.getLogger(MockWebServer.class.getName());

  private final Dispatcher dispatcher = new Dispatcher();
  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(new JsonMapper()), new MockWebServer(), new HashMap<>(), dispatcher, false);
  private final KubernetesClient client;

  private ApiServer() {
    REQUESTS.setLevel(Level.WARNING);
    server.init(InetAddress.getLoopbackAddress(), 0);
    client =
        server.createClient(
            builder -> builder.editOrNewConfig().withUserAgent(OWN_CLIENT).endConfig());
  }

  static ApiServer start() {
    return new ApiServer();
  }

  /** For {@code --master}. */
  String master() {
    return "k8s://http://127.0.0.1:" + server.getPort();
  }

  /** For looking at and changing what it keeps. */
  KubernetesClient client() {
    return client;
  }

  /** What Spark asked for since the last call, as {@code verb resource} in the words of a role. */
  SortedSet<String> takeRequests() {
    return dispatcher.takeRequests();
  }

  @Override
  public void close() {
    client.close();
    server.destroy();
  }

  private static final class Dispatcher extends KubernetesCrudDispatcher {
    private static final Pattern PATH =
        Pattern.compile("/api/v1/namespaces/[^/]+/(\\w+)(/[^/?]+)?[^?]*(\\?.*)?");
    private static final Set<String> COLLECTIONS = Set.of("GET", "DELETE");

    private final SortedSet<String> requests = new TreeSet<>();

    @Override
    public MockResponse dispatch(RecordedRequest request) {
      if (!OWN_CLIENT.equals(request.getHeader("User-Agent"))) {
        record(request.method(), request.getPath());
      }
      return super.dispatch(request);
    }

    private synchronized void record(HttpMethod method, String path) {
      Matcher matcher = PATH.matcher(path);
      if (matcher.matches()) {
        requests.add(verb(method.name(), matcher) + " " + matcher.group(1));
      }
    }

    private static String verb(String method, Matcher path) {
      boolean collection = path.group(2) == null && COLLECTIONS.contains(method);
      boolean watch = path.group(3) != null && path.group(3).contains("watch=true");
      return switch (method) {
        case "GET" -> watch ? "watch" : collection ? "list" : "get";
        case "POST" -> "create";
        case "PUT" -> "update";
        case "PATCH" -> "patch";
        case "DELETE" -> collection ? "deletecollection" : "delete";
        default -> method;
      };
    }

    private synchronized SortedSet<String> takeRequests() {
      SortedSet<String> taken = new TreeSet<>(requests);
      requests.clear();
      return taken;
    }

    /** A pod that was just made is pending. */
    @Override
    public MockResponse handleCreate(RecordedRequest request) {
      if (!request.getPath().matches("/api/v1/namespaces/[^/]+/pods(\\?.*)?")) {
        return super.handleCreate(request);
      }
      Pod pod = Serialization.unmarshal(request.getBody().readUtf8(), Pod.class);
      Pod pending =
          pod.edit()
              .editOrNewStatus()
              .withPhase("Pending")
              .withStartTime(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
              .endStatus()
              .build();
      return super.handleCreate(
          of(HttpMethod.POST, request.getPath(), request, Serialization.asJson(pending)));
    }

    /** Server-side apply makes what is not there, and merges into what is. */
    @Override
    public MockResponse handlePatch(RecordedRequest request) {
      String type = request.getHeader("Content-Type");
      if (type == null || !type.startsWith("application/apply-patch+yaml")) {
        return super.handlePatch(request);
      }
      String path = request.getPath().replaceAll("\\?.*", "");
      String body = request.getBody().readUtf8();
      if (super.handleGet(path).code() == HttpURLConnection.HTTP_NOT_FOUND) {
        String collection = path.substring(0, path.lastIndexOf('/'));
        record(HttpMethod.POST, collection);
        return super.handleCreate(of(HttpMethod.POST, collection, request, body));
      }
      return super.handlePatch(of(HttpMethod.PATCH, path, request, body));
    }

    private static RecordedRequest of(
        HttpMethod method, String path, RecordedRequest request, String body) {
      return new RecordedRequest(
          request.getHttpVersion(),
          method,
          path,
          request
              .getHeaders()
              .newBuilder()
              .setHeader("Content-Type", "application/merge-patch+json")
              .build(),
          new Buffer(body.getBytes(StandardCharsets.UTF_8)));
    }
  }
}
