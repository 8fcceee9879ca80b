package io.gradus.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.gradus.common.job.UserMistake;
import io.gradus.jobs.cluster.ClusterProfile;
import io.gradus.jobs.pipeline.ConfigurationFile;
import io.gradus.jobs.pipeline.PipelineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What the documentation says can be done: its links, commands, configurations and messages. */
class DocumentationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern FENCE =
      Pattern.compile("^ *```([a-z]*)\\n(.*?)^ *```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
  private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");

  /** A file of this repository; anything else is the reader's own. */
  private static final Pattern OUR_FILE =
      Pattern.compile("(bin|conf|docs|benchmarks|airflow-dags)/[A-Za-z0-9_./-]+");

  /** A word of a shell's command, quoted or not. */
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|([^\\s'\"]+)");

  @TempDir Path folder;

  /** A page of the documentation. */
  record Page(Path path, String text) {
    @Override
    public String toString() {
      return ROOT.relativize(path).toString();
    }

    /** The text without its blocks of code. */
    String prose() {
      return FENCE.matcher(text).replaceAll("");
    }

    List<String> blocks(String... languages) {
      return FENCE
          .matcher(text)
          .results()
          .filter(block -> List.of(languages).contains(block.group(1)))
          .map(block -> block.group(2))
          .toList();
    }
  }

  static Stream<Page> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> files =
          new ArrayList<>(docs.filter(file -> file.toString().endsWith(".md")).sorted().toList());
      files.add(ROOT.resolve("README.md"));
      files.add(ROOT.resolve("airflow-dags/README.md"));
      return files.stream().map(file -> new Page(file, read(file)));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Page page) {
    LINK.matcher(page.prose())
        .results()
        .map(link -> link.group(1))
        .filter(link -> !link.matches("[a-z]+:.*"))
        .forEach(
            link -> {
              String[] parts = link.split("#", 2);
              Path target =
                  parts[0].isEmpty()
                      ? page.path()
                      : page.path().resolveSibling(parts[0]).normalize();
              assertThat(target).as("%s: %s", page, link).exists();
              if (parts.length > 1) {
                assertThat(anchors(target)).as("%s: %s", page, link).contains(parts[1]);
              }
            });
  }

  @Test
  void everyPageIsLinkedFromTheFirst() throws IOException {
    String readme = read(ROOT.resolve("README.md"));
    pages()
        .map(Page::toString)
        .filter(page -> page.startsWith("docs/"))
        .forEach(page -> assertThat(readme).contains("(" + page + ")"));
  }

  /** As GitHub makes them of headings. */
  private static List<String> anchors(Path page) {
    return HEADING
        .matcher(FENCE.matcher(read(page)).replaceAll(""))
        .results()
        .map(
            heading ->
                heading
                    .group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void commandsCanBeGiven(Page page) {
    for (String block : page.blocks("bash", "console", "")) {
      for (String line : block.replaceAll(" *\\\\\\n *", " ").split("\n", -1)) {
        for (String command : line.replaceFirst(" +#.*$", "").split(" && | \\| ", -1)) {
          List<String> words = words(command.replaceFirst("^\\$ ", ""));
          assertFilesExist(page, words);
          if (isGradus(words)) {
            assertThatCode(() -> Gradus.commandLine().parseArgs(arguments(words)))
                .as("%s: %s", page, command)
                .doesNotThrowAnyException();
          } else if (words.contains("bin/make-rater-bundle")) {
            assertThat(makerOptions()).as("%s: %s", page, command).containsAll(options(words));
          }
        }
      }
    }
  }

  /** Words in capitals stand for values there, so only commands and options are looked at. */
  @ParameterizedTest
  @MethodSource("pages")
  void commandsInTheTextHaveTheOptionsThatTheyName(Page page) {
    CODE.matcher(page.prose())
        .results()
        .map(code -> words(code.group(1)))
        .forEach(
            words -> {
              assertFilesExist(page, words);
              if (isGradus(words) && words.size() > 1 && !words.get(1).startsWith("-")) {
                assertKnown(page, words);
              }
            });
  }

  private static void assertKnown(Page page, List<String> words) {
    CommandLine command = Gradus.commandLine();
    for (String word : words.subList(1, words.size())) {
      CommandLine inner = command.getSubcommands().get(word);
      command = inner == null ? command : inner;
    }
    assertThat(command.getCommandName()).as("%s: %s", page, words).isNotEqualTo("gradus");
    assertThat(command.getCommandSpec().optionsMap().keySet())
        .as("%s: %s", page, words)
        .containsAll(options(words));
  }

  private static boolean isGradus(List<String> words) {
    return !words.isEmpty() && words.get(0).matches("(bin/)?gradus");
  }

  private static String[] arguments(List<String> words) {
    Stream<String> given = words.stream().skip(1).takeWhile(word -> !word.equals(">"));
    // What bin/gradus adds.
    Stream<String> added =
        words.contains("quickstart") ? Stream.of("--downloads", "folder") : Stream.of();
    return Stream.concat(given, added).toArray(String[]::new);
  }

  private static List<String> options(List<String> words) {
    return words.stream()
        .filter(word -> word.startsWith("--"))
        .map(word -> word.replaceFirst("=.*", ""))
        .toList();
  }

  private static List<String> makerOptions() {
    String program = read(ROOT.resolve("jobs/src/main/python/rater_bundle/__main__.py"));
    return Pattern.compile("\"(--[a-z-]+)\"")
        .matcher(program)
        .results()
        .map(option -> option.group(1))
        .toList();
  }

  private static void assertFilesExist(Page page, List<String> words) {
    words.stream()
        .filter(word -> OUR_FILE.matcher(word).matches())
        .forEach(word -> assertThat(ROOT.resolve(word)).as("%s: %s", page, word).exists());
  }

  /** A command's words, without settings of the environment before it. */
  private static List<String> words(String command) {
    return WORD.matcher(command)
        .results()
        .map(DocumentationTest::unquoted)
        .dropWhile(word -> word.matches("[A-Z_]+=.*"))
        .toList();
  }

  private static String unquoted(MatchResult word) {
    return Stream.of(1, 2, 3).map(word::group).filter(text -> text != null).findFirst().orElse("");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void configurationsAreAccepted(Page page) throws IOException {
    for (String block : page.blocks("hocon")) {
      for (String variant : variants(block)) {
        Optional<String> mistake =
            block.contains("\"spark.") ? profileMistake(variant) : mistake(variant);
        assertThat(mistake).as("%s:\n%s", page, variant).isEmpty();
      }
    }
  }

  /** A block that has a section several times shows alternatives, which are read one by one. */
  private static List<String> variants(String block) {
    List<String> sections =
        Pattern.compile("^(?=\\S)(?![}\\]#])", Pattern.MULTILINE).splitAsStream(block).toList();
    List<String> names = sections.stream().map(section -> section.split("\\W", 2)[0]).toList();
    return names.stream().distinct().count() == names.size() ? List.of(block) : sections;
  }

  /** What is wrong with a part of a configuration, put into one that has all that it needs. */
  private static Optional<String> mistake(String block) {
    Config config =
        ConfigFactory.parseString(block)
            .withFallback(
                ConfigFactory.parseString(
                    "pipeline { workspace = w }, ingest { inputs = [ { path = x } ] }, topics { }"))
            .resolve();
    return mistake(() -> PipelineConfig.read(new ConfigurationFile("page", "/", config)));
  }

  private Optional<String> profileMistake(String block) throws IOException {
    Path profile = folder.resolve("profile.conf");
    Files.writeString(profile, block.replace("/opt/gradus/", ROOT + "/"));
    return mistake(() -> ClusterProfile.read(profile.toString(), folder, List.of()));
  }

  private static Optional<String> mistake(Runnable reading) {
    try {
      reading.run();
      return Optional.empty();
    } catch (UserMistake e) {
      return Optional.of(e.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void messagesAreThoseOfTheProgram(String message) throws IOException {
    assertThat(literals().contains(message)).as("the program says: %s", message).isTrue();
  }

  /** The first column of the tables of messages. */
  static Stream<String> messages() {
    return Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE)
        .matcher(read(ROOT.resolve("docs/troubleshooting.md")))
        .results()
        .map(row -> row.group(1))
        .toList()
        .stream();
  }

  /** The program's texts, with what is put together of several lines in one piece. */
  private static String literals() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String tree : List.of("common/src/main", "jobs/src/main/java")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(tree))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> all.append(read(file)));
      }
    }
    Matcher joints = Pattern.compile("\"\\s*\\+\\s*\"").matcher(all);
    return joints.replaceAll("").replace("\\\"", "\"");
  }
}
