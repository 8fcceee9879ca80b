package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RaterDefinitionDocumentationTest {
  /** The keys of {@code rater.json} as the page writes them: {@code kind}, {@code chunk.tokens}. */
  static Stream<String> keys() {
    return Arrays.stream(RaterDefinition.class.getRecordComponents())
        .flatMap(
            component ->
                component.getType() == RaterDefinition.Chunking.class
                    ? Arrays.stream(component.getType().getRecordComponents())
                        .map(inner -> "chunk." + inner.getName())
                    : Stream.of(component.getName()));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void thePageHasEveryKey(String key) throws IOException {
    assertThat(Files.readString(Path.of("../docs/rater-bundles.md"))).contains("`" + key + "`");
  }

  @ParameterizedTest
  @MethodSource("innerKeys")
  void thePageHasEveryKeyOfCriteriaProbesAndGate(String key) throws IOException {
    assertThat(Files.readString(Path.of("../docs/rater-bundles.md")))
        .containsPattern("\\b" + key + "\\b");
  }

  static Stream<String> innerKeys() {
    return Stream.of(
            RaterDefinition.Criterion.class,
            RaterDefinition.Probe.class,
            RaterDefinition.Gate.class)
        .flatMap(type -> Arrays.stream(type.getRecordComponents()))
        .map(RaterDefinitionDocumentationTest::name);
  }

  private static String name(RecordComponent component) {
    JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
    return property == null || property.value().isEmpty() ? component.getName() : property.value();
  }
}
