package io.gradus.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class QuickstartCorpusTest {
  @TempDir Path folder;

  @Test
  void thePomFetchesExactlyThePinnedArtifacts() throws Exception {
    NodeList items =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("..", "conf", "quickstart-corpus.pom.xml").toFile())
            .getElementsByTagName("artifactItem");

    assertThat(
            IntStream.range(0, items.getLength())
                .mapToObj(i -> coordinates((Element) items.item(i))))
        .containsExactlyInAnyOrderElementsOf(
            QuickstartCorpus.artifacts().stream()
                .map(
                    a ->
                        a.groupId()
                            + ":"
                            + a.artifactId()
                            + ":"
                            + a.version()
                            + ":"
                            + a.classifier())
                .toList());
  }

  @Test
  void aMissingArtifactIsNamedWithTheCommandThatFetchesIt() {
    Path raw = folder.resolve("raw");

    assertThatThrownBy(() -> QuickstartCorpus.prepare(folder, raw))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "%s is missing. Fetch it with: mvn -f conf/quickstart-corpus.pom.xml"
                    .formatted(folder.resolve("camel-catalog-2.25.0.jar"))
                + " -Dgradus.quickstart.downloads=%s initialize".formatted(folder));
  }

  @Test
  void aDamagedArtifactIsNamedWithBothDigests() throws IOException {
    Artifact artifact = new Artifact("org.example", "text", "1.0", "", "00ff");
    Files.writeString(folder.resolve("text-1.0.jar"), "abc");

    assertThatThrownBy(() -> artifact.verifiedIn(folder))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            folder.resolve("text-1.0.jar")
                + " is not the pinned artifact: SHA-256 expected 00ff, found"
                + " ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad. Delete it and"
                + " the folder org/example/text/1.0 of your local Maven repository, then start"
                + " again; if that does not help, the Maven mirror serves another file.");
  }

  private static String coordinates(Element item) {
    return text(item, "groupId")
        + ":"
        + text(item, "artifactId")
        + ":"
        + text(item, "version")
        + ":"
        + text(item, "classifier");
  }

  private static String text(Element item, String name) {
    NodeList found = item.getElementsByTagName(name);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent();
  }
}
