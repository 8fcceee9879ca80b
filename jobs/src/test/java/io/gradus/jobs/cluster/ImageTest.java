package io.gradus.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What profiles and manifests name inside the image is what the Dockerfile puts there. */
class ImageTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCKERFILE = ROOT.resolve("conf/kubernetes/Dockerfile");
  private static final Pattern IN_IMAGE = Pattern.compile("/opt/gradus/[\\w./-]+\\w");

  /**
   * A file of the image.
   *
   * @param source in the checkout, with wildcards
   * @param mode octal
   */
  private record Copied(String source, String mode) {}

  @Test
  void whatProfilesAndManifestsNameIsInTheImage() throws IOException {
    Map<String, Copied> image = image();
    Set<String> named = new TreeSet<>();
    for (String profile : List.of("kubernetes-cpu", "kubernetes-gpu")) {
      ClusterProfile read = ClusterProfile.read(profile, ROOT.resolve("conf/clusters"), List.of());
      assertThat(read.jar()).startsWith("local://");
      named.add(read.jar().substring("local://".length()));
      read.settings().values().forEach(value -> named.addAll(places(value)));
    }
    try (Stream<Path> manifests = Files.list(DOCKERFILE.getParent())) {
      for (Path manifest : manifests.filter(path -> path.toString().endsWith(".yaml")).toList()) {
        named.addAll(places(Files.readString(manifest)));
      }
    }
    named.addAll(places(Files.readString(ROOT.resolve("airflow-dags/gradus_airflow/clusters.py"))));
    assertThat(named).contains("/opt/gradus/gradus-jobs-assembly.jar", "/opt/gradus/gpus.sh");
    assertThat(image.keySet()).containsAll(named);
    assertThat(image.get("/opt/gradus/gpus.sh").mode()).isEqualTo("0555");
  }

  @Test
  void whatTheImageIsMadeOfIsInTheBuildsContext() throws IOException {
    String build = Files.readString(ROOT.resolve("jobs/pom.xml"));
    List<String> ignored = Files.readAllLines(Path.of(DOCKERFILE + ".dockerignore"));
    for (Copied copied : image().values()) {
      PathMatcher source = FileSystems.getDefault().getPathMatcher("glob:" + copied.source());
      if (copied.source().endsWith("-assembly.jar")) {
        // Made by the build that the Dockerfile's first lines name.
        Path jar = Path.of("jobs/target/gradus-jobs-assembly.jar");
        assertThat(source.matches(jar)).as(copied.source()).isTrue();
        assertThat(build).contains("<outputFile>${project.build.directory}/" + jar.getFileName());
      } else {
        assertThat(ROOT.resolve(copied.source())).isRegularFile();
      }
      assertThat(ignored)
          .as("exceptions to what is ignored")
          .anySatisfy(
              line -> {
                assertThat(line).startsWith("!");
                assertThat(line.substring(1)).isEqualTo(copied.source());
              });
    }
  }

  /** The files that {@code COPY} takes from the checkout, by their places in the image. */
  private static Map<String, Copied> image() throws IOException {
    String dockerfile = Files.readString(DOCKERFILE);
    Matcher jar = Pattern.compile("(?m)^ARG JAR=(\\S+)$").matcher(dockerfile);
    assertThat(jar.find()).isTrue();
    Map<String, Copied> image = new TreeMap<>();
    Matcher copies =
        Pattern.compile("(?m)^COPY --chmod=(\\d+) (.+) (\\S+)$")
            .matcher(dockerfile.replace("${JAR}", jar.group(1)));
    while (copies.find()) {
      for (String source : copies.group(2).split(" ", -1)) {
        String place = copies.group(3);
        image.put(
            place.endsWith("/") ? place + Path.of(source).getFileName() : place,
            new Copied(source, copies.group(1)));
      }
    }
    assertThat(image).isNotEmpty();
    return image;
  }

  private static List<String> places(String text) {
    return IN_IMAGE.matcher(text).results().map(found -> found.group()).toList();
  }
}
