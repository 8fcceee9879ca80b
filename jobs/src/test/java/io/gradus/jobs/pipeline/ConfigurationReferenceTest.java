package io.gradus.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationReferenceTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** The section whose keys a page names alone; other pages name whole paths. */
  private static final Map<String, String> SECTIONS =
      Map.of("selection.md", "sample.", "pack.md", "pack.", "sweep.md", "sweep.");

  private static final Pattern TABLE_OF_DEFAULTS =
      Pattern.compile("^\\| key \\| default \\|.*\\n((\\|.*\\n)+)", Pattern.MULTILINE);
  private static final Pattern ROW =
      Pattern.compile("^\\| `([^ `]+)[^`]*` \\| ([^|]*) \\|", Pattern.MULTILINE);

  @Test
  void thePageIsWhatTheCodeDeclares() throws IOException {
    assertThat(Files.readString(PAGE))
        .as("write it anew: bin/gradus reference > docs/configuration.md")
        .isEqualTo(ConfigurationReference.markdown());
  }

  /** That no reader knows another key, {@code Section.finish} sees to whenever it is called. */
  @ParameterizedTest
  @MethodSource("keys")
  void theReadersKnowEveryKeyOfThePage(String setting) {
    assertThat(problems(setting.formatted(""))).doesNotContain("unknown key");
  }

  @ParameterizedTest
  @MethodSource("keys")
  void aMisspeltKeyIsRefused(String setting) {
    assertThat(problems(setting.formatted("x"))).contains("unknown key");
  }

  /** Lines that set one key each, with a place behind its name. */
  static Stream<String> keys() {
    return PipelineConfig.KEYS.keys().stream()
        .flatMap(
            section ->
                Stream.concat(Stream.of("%s { }"), inside(section))
                    .map(inner -> section.name() + inner));
  }

  private static Stream<String> inside(Key<?> key) {
    return key.inside().stream()
        .flatMap(keys -> settings(keys).map(inner -> wrapped(key, keys, inner)));
  }

  private static Stream<String> settings(Keys keys) {
    return keys.keys().stream()
        .flatMap(
            key ->
                Stream.concat(
                    Stream.of(key.name() + "%s { }"),
                    inside(key).map(inner -> key.name() + inner)));
  }

  /** What stands behind the name of a key so that its value holds the inner line. */
  private static String wrapped(Key<?> key, Keys keys, String inner) {
    Matcher kind = CODE.matcher(keys.when());
    String code = kind.find() ? kind.group(1) : "";
    if (key.isList()) {
      return code.contains("=") ? " = [ { %s, %s } ]".formatted(code, inner) : list(inner);
    }
    if (key.name().equals("shape")) {
      return code.isEmpty() ? list(inner) : " { %s { %s } }".formatted(code, inner);
    }
    // The sections bins and sigmoid are read with their method only.
    boolean method = List.of("bins", "sigmoid").contains(key.name());
    return " { " + inner + " }" + (method ? ", method = " + key.name() : "");
  }

  private static String list(String inner) {
    return " = [ { " + inner + " } ]";
  }

  private static String problems(String setting) {
    String text = "pipeline { workspace = w }\ningest { inputs = [ { path = x } ] }\n" + setting;
    ConfigurationFile file = new ConfigurationFile("test", "/", ConfigFactory.parseString(text));
    Throwable mistake = catchThrowable(() -> PipelineConfig.read(file));
    return mistake == null ? "" : mistake.getMessage();
  }

  @Test
  void otherPagesNameTheSameDefaults() throws IOException {
    Map<String, String> defaults = new TreeMap<>();
    PipelineConfig.KEYS.keys().forEach(section -> collect(section.name(), section, defaults));
    int compared = 0;
    for (String page :
        List.of(
            "selection.md", "pack.md", "sweep.md", "rating.md", "topics.md", "calibration.md")) {
      for (MatchResult row : rows(PAGE.resolveSibling(page))) {
        String path = SECTIONS.getOrDefault(page, "") + row.group(1);
        assertThat(defaults).as("%s: %s", page, row.group()).containsKey(path);
        if (defaults.get(path).matches("`[^`]*`")) {
          assertThat(plain(row.group(2)))
              .as("%s: %s", page, row.group())
              .isEqualTo(plain(defaults.get(path)));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(20);
  }

  private static void collect(String path, Key<?> key, Map<String, String> defaults) {
    defaults.put(path, key.written());
    for (Keys keys : key.inside()) {
      keys.keys().forEach(inner -> collect(path + "." + inner.name(), inner, defaults));
    }
  }

  private static List<MatchResult> rows(Path page) throws IOException {
    return TABLE_OF_DEFAULTS
        .matcher(Files.readString(page))
        .results()
        .flatMap(table -> ROW.matcher(table.group(1)).results())
        .toList();
  }

  private static String plain(String text) {
    String value = text.replaceAll("[` ]", "").replaceAll("(\\d),(\\d{3})", "$1$2");
    return value.equals("off") ? "false" : value;
  }
}
