package io.gradus.common.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.job.UserMistake;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SectionTest {
  private enum Colour {
    RED,
    DARK_BLUE
  }

  private final Problems problems = new Problems();

  @Test
  void readsValuesOfEveryType() {
    Section section =
        section(
            """
            text = gpt2, count = 30B, size = 512MiB, number = 2.5, endless = infinity, flag = yes
            colour = dark-blue, one = x, many = [x, y], weights { b = 1, a = 0.5 }
            """);
    assertThat(section.text("text")).isEqualTo("gpt2");
    assertThat(section.count("count", Range.ANY)).isEqualTo(30_000_000_000L);
    assertThat(section.bytes("size", 0, Range.ANY)).isEqualTo(512L << 20);
    assertThat(section.number("number", Range.ANY)).isEqualTo(2.5);
    assertThat(section.number("endless", Range.ANY)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(section.flag("flag", false)).isTrue();
    assertThat(section.choice("colour", Colour.RED)).isEqualTo(Colour.DARK_BLUE);
    assertThat(section.texts("one", List.of())).containsExactly("x");
    assertThat(section.texts("many", List.of())).containsExactly("x", "y");
    assertThat(section.section("weights").numbers(Range.ANY)).isEqualTo(Map.of("a", 0.5, "b", 1.0));
    section.finish();
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void missingKeysGiveTheDefault() {
    Section section = section("");
    assertThat(section.text("text", "a")).isEqualTo("a");
    assertThat(section.count("count", 7, Range.ANY)).isEqualTo(7);
    assertThat(section.choice("colour", Colour.RED)).isEqualTo(Colour.RED);
    assertThat(section.sections("list")).isEmpty();
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void allProblemsComeInOneMessageWithPlaceAndRemedy() {
    Section section =
        section(
            """
            temprature = 1
            count = many
            number = -1
            colour = dark-blu
            list = 5
            """);
    section.text("needed");
    section.count("count", 1, Range.AT_LEAST_ONE);
    section.number("number", 1, Range.NOT_NEGATIVE);
    section.choice("colour", Colour.RED);
    section.sections("list");
    section.number("temperature", 1, Range.ANY);
    section.finish();
    assertThatThrownBy(problems::throwIfAny)
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            """
            The configuration has 6 problems:
              - needed (String:1): missing; give text
              - count (String:2): 'many' is not a count such as 5000, 64M, 30B or 1.5T
              - number (String:3): '-1' must be at least 0
              - colour (String:4): 'dark-blu' is not one of red, dark-blue; did you mean 'dark-blue'?
              - list (String:5): must be a list of sections, [ { ... } ]
              - temprature (String:1): unknown key; did you mean 'temperature'?""");
  }

  @Test
  void relativePathsAreRelativeToTheFilesFolder() {
    Section section =
        Section.root(
            ConfigFactory.parseString("a = \"raw/*.txt\", b = \"/data\", c = \"s3a://bucket/x\""),
            problems,
            Path.of("/etc/gradus"));
    assertThat(section.path("a")).isEqualTo("/etc/gradus/raw/*.txt");
    assertThat(section.path("b")).isEqualTo("/data");
    assertThat(section.path("c")).isEqualTo("s3a://bucket/x");
  }

  private Section section(String text) {
    return Section.root(ConfigFactory.parseString(text), problems);
  }

  @Test
  void whatIsReadAndNotDeclaredIsADefect() {
    Key<Long> declared = Key.count("declared", 7, Range.AT_LEAST_ONE, "");
    Section section = section("declared = 8, other = 9");
    assertThat(section.read(declared)).isEqualTo(8);
    section.count("other", Range.ANY);
    assertThatThrownBy(() -> section.finish(Keys.of(declared)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("other is read, and is no key of its section's Keys; add it there");
  }

  @Test
  void aKeyShowsItsDefaultAsItIsWritten() {
    assertThat(Key.count("k", 524_288, Range.AT_LEAST_ONE, "").written()).isEqualTo("`524288`");
    assertThat(Key.count("k", 64_000_000, Range.AT_LEAST_ONE, "").written()).isEqualTo("`64M`");
    assertThat(Key.bytes("k", 3 << 20, Range.AT_LEAST_ONE, "").written()).isEqualTo("`3MiB`");
    assertThat(Key.choice("k", Colour.DARK_BLUE, "").written()).isEqualTo("`dark-blue`");
    assertThat(Key.choice("k", Colour.RED, "").values()).isEqualTo("`red`, `dark-blue`");
    assertThat(Key.number("k", new Range(0, 0.5), "").values())
        .isEqualTo("number, between 0 and 0.5");
  }
}
