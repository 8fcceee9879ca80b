package io.gradus.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.jobs.pipeline.PipelineConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the program answers to a user's mistake: one message with place and remedy, and code 2. */
class MistakesTest {
  @TempDir Path folder;

  @Test
  void allProblemsOfAConfigurationComeAtOnce() throws IOException {
    Path file =
        write(
            """
            pipeline { workspace = "ws", sead = 42 }
            ingest { inputs = [ { pathh = "raw" } ], tokenizer = gpt-2 }
            sample { temprature = 2, tokens = lots, method = softmax, quotas = equal, by = topic }
            order { shape = upwards }
            pack { formats = [ mosaic ], sequence-length = 1 }
            samples { }
            """);
    Answer answer = gradus("explain", file.toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.text())
        .startsWith("gradus: The configuration has 12 problems:\n")
        .contains("pipeline.sead (broken.conf:1): unknown key; did you mean 'seed'?")
        .contains("ingest.inputs[0].path (broken.conf:2): missing; give text")
        .contains("ingest.inputs[0].pathh (broken.conf:2): unknown key; did you mean 'path'?")
        .contains("ingest.tokenizer (broken.conf:2): unknown tokenizer 'gpt-2'; did you mean")
        .contains("sample.temprature (broken.conf:3): unknown key; did you mean 'temperature'?")
        .contains(
            "sample.tokens (broken.conf:3): 'lots' is neither a count such as 30B nor a share")
        .contains(
            "sample.method (broken.conf:3): 'softmax' is not one of temperature, top, bottom,")
        .contains(
            "sample.by (broken.conf:3): quotas by topic need topics; add a section topics { count ="
                + " 25 }, or set sample.by = source")
        .contains("order.shape (broken.conf:4): 'upwards' is not one of ascending, blocked,")
        .contains("pack.formats (broken.conf:5): 'mosaic' is not one of mds, mds-zstd, megatron")
        .contains("pack.sequence-length (broken.conf:5): '1' must be between 2 and")
        .contains("samples (broken.conf:6): unknown key; did you mean 'sample'?")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void aBundleThatIsNotThereIsNamed() {
    assertThat(gradus("rater", "check", folder.resolve("none").toString()).text())
        .startsWith("gradus: " + folder.resolve("none") + ": the rater's rater.json cannot be read")
        .contains("Name the folder of a complete rater bundle, or 'builtin'")
        .doesNotContain("\tat ");
    assertThat(gradus("rater", "bench", "builtin", "--tokens", "many"))
        .isEqualTo(
            new Answer(
                2, "gradus: --tokens: 'many' is not a count such as 5000, 64M, 30B or 1.5T\n"));
    assertThat(gradus("rater", "check", "builtin", "--provider", "gpu").text())
        .contains("'gpu' is not one of cpu, cuda, tensorrt");
  }

  @Test
  void aTrainingRunIsDescribedWhole() {
    assertThat(gradus("verify", "a.conf", "--nodes", "2", "--with", "shuffle=True"))
        .isEqualTo(
            new Answer(
                2,
                "gradus: --nodes, --with: these describe a training run, so --as must say whose"
                    + " loader reads the shards\n"));
    assertThat(gradus("verify", "a.conf", "--as", "megatrom").text())
        .startsWith("gradus: --as: no trainer is called 'megatrom'; did you mean 'megatron'?");
    assertThat(gradus("verify", "a.conf", "--as", "olmo-core", "--ranks", "0"))
        .isEqualTo(new Answer(2, "gradus: --ranks: 0 must be at least 1\n"));
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("none.conf");
    assertThat(gradus("run", file.toString()))
        .isEqualTo(
            new Answer(
                2,
                "gradus: No configuration file at '"
                    + file
                    + "'. Give the path of one; conf/quickstart.conf is an example.\n"));
  }

  @Test
  void aStageThatTheConfigurationDoesNotAskForIsNamed() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"one\"}\n");
    Path file = write(minimal("a.jsonl", "ws"));
    assertThat(gradus("topics", file.toString()))
        .isEqualTo(
            new Answer(
                2,
                "gradus: topics: the configuration has no section 'topics', so there is no such"
                    + " stage. Add one, topics { } for all defaults.\n"));
  }

  @Test
  void aPickThatCannotBeWrittenIsRefusedBeforeAnythingRuns() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"one\"}\n");
    Path file = write(minimal("a.jsonl", "ws"));
    assertThat(gradus("sweep", file.toString(), "--pick", "quality>=0.8"))
        .isEqualTo(
            new Answer(
                2,
                "gradus: --pick: 'quality>=0.8' has no goal; name one figure that is to be best, as"
                    + " in quality>=0.8,max=diversity.\n"));
    assertThat(gradus("sweep", file.toString(), "--output", "chosen.conf").text())
        .isEqualTo(
            "gradus: --output: there is nothing to write without --pick, as in --pick"
                + " 'quality>=0.8,max=diversity'.\n");
    String pick = "max=quality";
    assertThat(gradus("sweep", file.toString(), "--pick", pick, "--output", file.toString()).text())
        .contains("is the configuration itself; name another file");
    Path elsewhere = folder.resolve("sub/chosen.conf");
    assertThat(
            gradus("sweep", file.toString(), "--pick", pick, "--output", elsewhere.toString())
                .text())
        .startsWith("gradus: --output: '" + elsewhere + "' is not in the folder of '" + file)
        .endsWith("Name a file in " + folder.toAbsolutePath() + ".\n");
    Path mine = Files.writeString(folder.resolve("mine.conf"), "sample { }\n");
    assertThat(gradus("sweep", file.toString(), "--pick", pick, "--output", mine.toString()).text())
        .contains("is there and was not written by --pick; it stays as it is");
    assertThat(mine).hasContent("sample { }");
    assertThat(folder.resolve("ws")).doesNotExist();
  }

  @Test
  void brokenSyntaxIsShownWithItsLine() throws IOException {
    Path file = write("pipeline {\n  workspace = ws\n");
    Answer answer = gradus("status", file.toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.text())
        .startsWith("gradus: Cannot read the configuration: " + file + ": 3: expecting a close")
        .doesNotContain("\tat ");
  }

  @Test
  void inputsThatMatchNothingAreNamed() throws IOException {
    Path file = write(minimal("raw/*.jsonl", "ws"));
    Answer answer = gradus("explain", file.toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.text())
        .contains("ingest.inputs[0].path")
        .contains(folder + "/raw/*.jsonl")
        .doesNotContain("\tat ");
  }

  @Test
  void anUnwritableWorkspaceIsNamed() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"one\"}\n");
    Files.writeString(folder.resolve("file"), "in the way");
    Path file = write(minimal("a.jsonl", "file/ws"));
    Answer answer = gradus("run", file.toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.text())
        .startsWith("gradus: pipeline.workspace: cannot write to 'file:" + folder + "/file/ws' (")
        .endsWith("Choose a folder you may write to, or change its permissions.\n");
  }

  @Test
  void aMissingTokenizerIsNamed() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"one\"}\n");
    Path file = write(minimal("a.jsonl", "ws") + "ingest.tokenizer = \"mine/tokenizer.json\"");
    Answer answer = gradus("explain", file.toString());
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.text())
        .contains("ingest.tokenizer")
        .contains(folder + "/mine/tokenizer.json")
        .doesNotContain("\tat ");
  }

  @Test
  void aSettingWithoutAValueIsRefused() throws IOException {
    Path file = write(minimal("a.jsonl", "ws"));
    assertThat(gradus("explain", file.toString(), "--set", "sample.temperature"))
        .isEqualTo(
            new Answer(
                2,
                "gradus: --set sample.temperature: give a path and a value, as in --set"
                    + " sample.temperature=2.0\n"));
  }

  @Test
  void settingsOverrideTheFile() throws IOException {
    Path file = write(minimal("a.jsonl", "ws"));
    PipelineConfig config =
        PipelineConfig.read(
            file, List.of("sample.temperature=2.5", "pipeline.workspace=s3a://bucket/gradus"));
    assertThat(config.sample().temperature()).isEqualTo(2.5);
    assertThat(config.workspace()).isEqualTo("s3a://bucket/gradus");
    assertThat(config.ingest().inputs().get(0).path()).isEqualTo(folder + "/a.jsonl");
  }

  @Test
  void anUnknownCommandIsAnsweredWithTheNearest() {
    Answer answer = gradus("statsu");
    assertThat(answer.code()).isEqualTo(2);
    assertThat(answer.text()).contains("Did you mean", "gradus status");
  }

  private record Answer(int code, String text) {}

  private static Answer gradus(String... arguments) {
    StringWriter errors = new StringWriter();
    CommandLine commandLine = Gradus.commandLine();
    commandLine.setErr(new PrintWriter(errors));
    return new Answer(commandLine.execute(arguments), errors.toString());
  }

  private Path write(String configuration) throws IOException {
    return Files.writeString(folder.resolve("broken.conf"), configuration);
  }

  private static String minimal(String input, String workspace) {
    return """
        pipeline { workspace = "%s" }
        ingest { inputs = [ { path = "%s" } ] }
        """
        .formatted(workspace, input);
  }
}
