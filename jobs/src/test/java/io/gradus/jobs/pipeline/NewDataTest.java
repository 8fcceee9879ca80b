package io.gradus.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.Workspace;
import io.gradus.jobs.rate.TinyBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewDataTest {
  private static final Set<String> OWN_TO_A_RUN = Set.of("manifest.json", "input-files.jsonl");

  @TempDir Path folder;
  private Path raw;

  @BeforeEach
  void configure() throws IOException {
    raw = Files.createDirectories(folder.resolve("raw"));
    Files.writeString(
        folder.resolve("p.conf"),
        """
        pipeline { workspace = grown }
        ingest { inputs = [ { path = raw, source-field = from } ], max-bad-records = 0.5 }
        rate { raters = [ { bundle = builtin, chunk-scores = true }, { kind = statistics } ] }
        sample { tokens = "50%" }
        pack { sequence-length = 64 }
        """);
  }

  /** Documents {@code from} to {@code to}, of about 400 bytes each, all of one source. */
  private void add(String name, String source, int from, int to, String more) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append(
          "{\"id\": \"%d\", \"from\": \"%s\", \"text\": \"Word%d. %s\"}\n"
              .formatted(i, source, i % 7, ("This is sentence " + i + " of it. ").repeat(16)));
    }
    Files.writeString(raw.resolve(name), lines + more);
  }

  private Workspace run(String workspace, String last, String... settings) throws IOException {
    PipelineConfig config =
        PipelineConfig.read(
            folder.resolve("p.conf"),
            Stream.concat(Stream.of("pipeline.workspace=" + workspace), Stream.of(settings))
                .toList());
    Pipeline pipeline = Pipeline.of(config, new Configuration());
    pipeline.prepare();
    pipeline.run(LocalSpark.context(), last);
    return pipeline.workspace();
  }

  private static JsonNode newest(Workspace workspace, String stage) {
    return workspace.finished(stage).get(0).result();
  }

  /** Digests of all files of a stage's newest output, by name. */
  private static Map<String, String> files(Workspace workspace, String stage) throws IOException {
    Manifest newest = workspace.finished(stage).get(0);
    Path output = Path.of(workspace.root().toUri()).resolve(stage).resolve(newest.fingerprint());
    Map<String, String> digests = new TreeMap<>();
    try (Stream<Path> all = Files.walk(output)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        // Spark puts a random number into the names of its files.
        String name =
            output.relativize(file).toString().replaceAll("-[0-9a-f]{8}-[0-9a-f-]{27}", "");
        if (!OWN_TO_A_RUN.contains(name)
            && !name.startsWith("new-documents")
            && !name.contains(".crc")) {
          digests.put(name, Fingerprint.sha256(Files.readAllBytes(file)));
        }
      }
    }
    return digests;
  }

  private static JsonNode withoutNewData(Workspace workspace) {
    ObjectNode result = newest(workspace, "ingest").deepCopy();
    result.remove("newData");
    return result;
  }

  private static void assertSame(Workspace one, Workspace other, String... stages)
      throws IOException {
    assertThat(withoutNewData(one)).isEqualTo(withoutNewData(other));
    for (String stage : stages) {
      assertThat(files(one, stage)).as(stage).isNotEmpty().isEqualTo(files(other, stage));
    }
  }

  @Test
  void filesAddedInThreeStepsGiveTheBytesOfOneRunAndOnlyNewDocumentsAreRated() throws IOException {
    add("b.jsonl", "b", 0, 60, "not json\n");
    Workspace grown = run("grown", "verify");
    assertThat(newest(grown, "ingest").path("newData").path("documents").asInt()).isEqualTo(60);

    // 20 texts again, now from a source that is smaller, 20 from one that is larger.
    add("a.jsonl", "a", 40, 120, "{}\n");
    add("c.jsonl", "c", 0, 20, "");
    run("grown", "verify");
    JsonNode news = newest(grown, "ingest").path("newData");
    assertThat(news.path("files").asInt()).isEqualTo(2);
    assertThat(news.path("records").asInt()).isEqualTo(101);
    assertThat(news.path("documents").asInt()).isEqualTo(60);
    assertThat(news.path("replaced").asInt()).isEqualTo(20);
    assertRated(grown, 60, 60);

    add("d.jsonl", "a", 110, 400, "also not json\n");
    run("grown", "verify");
    assertRated(grown, 280, 120);
    assertThat(newest(grown, "ingest").at("/table/buckets").asInt()).isGreaterThan(1);

    Workspace whole = run("whole", "verify");
    assertRated(whole, 400, 0);
    assertSame(whole, grown, "ingest", "rate", "calibrate", "sample", "order", "pack");
  }

  private static void assertRated(Workspace workspace, int now, int earlier) {
    JsonNode result = newest(workspace, "rate");
    for (JsonNode rater : result.path("raters")) {
      assertThat(rater.path("documentsRated").asInt()).isEqualTo(now);
      assertThat(rater.path("documentsTakenOver").asInt()).isEqualTo(earlier);
    }
    // What the tasks counted as they rated, twice for two raters.
    assertThat(result.at("/work/0/documents").asInt()).isEqualTo(2 * now);
  }

  @Test
  void bucketsWithoutNewDocumentsAreTakenOverAsTheyAre() throws IOException {
    add("a.jsonl", "a", 0, 100, "");
    String[] buckets = {"ingest.buckets=32"};
    Workspace grown = run("grown", "ingest", buckets);
    add("b.jsonl", "b", 100, 103, "");
    run("grown", "ingest", buckets);
    Manifest newest = grown.finished("ingest").get(0);
    Path output = Path.of(grown.root().toUri()).resolve("ingest").resolve(newest.fingerprint());
    assertThat(
            LocalSpark.session().read().parquet(output.resolve("new-documents").toString()).count())
        .isEqualTo(3);
    assertSame(run("whole", "ingest", buckets), grown, "ingest");
  }

  @Test
  void longTextsAreMergedLikeOthers() throws IOException {
    String text = "\"text\": \"" + "A long line. ".repeat(100_000) + "\"}\n";
    add("b.jsonl", "b", 0, 10, "{\"from\": \"b\", " + text);
    Workspace grown = run("grown", "ingest");
    // One that takes its place, and two that do not.
    add("a.jsonl", "a", 10, 20, "{\"from\": \"a\", " + text + "{\"from\": \"c\", " + text);
    run("grown", "ingest");
    assertThat(newest(grown, "ingest").path("newData").path("replaced").asInt()).isEqualTo(1);
    add("c.jsonl", "c", 20, 30, "{\"from\": \"c\", " + text);
    run("grown", "ingest");
    assertThat(newest(grown, "ingest").path("newData").path("replaced").asInt()).isZero();
    assertSame(run("whole", "ingest"), grown, "ingest");
  }

  @Test
  void newFilesWithoutAnyDocumentChangeOnlyTheCounts() throws IOException {
    add("a.jsonl", "a", 0, 30, "");
    Workspace grown = run("grown", "ingest");
    add("b.jsonl", "b", 0, 0, "no\nrecord\nhere\n");
    run("grown", "ingest");
    assertThat(newest(grown, "ingest").path("newData").path("earlier").asText()).isNotEmpty();
    assertSame(run("whole", "ingest"), grown, "ingest");
  }

  @Test
  void aFileThatIsGoneOrChangedMakesAllBeReadButOnlyNewDocumentsBeRated() throws IOException {
    add("a.jsonl", "a", 0, 30, "");
    add("b.jsonl", "b", 30, 60, "");
    Workspace grown = run("grown", "rate");

    Files.delete(raw.resolve("a.jsonl"));
    run("grown", "rate");
    assertThat(why(grown)).contains("/raw/a.jsonl is gone since ingest/");
    assertRated(grown, 0, 30);

    add("b.jsonl", "b", 29, 62, "");
    run("grown", "rate");
    assertThat(why(grown)).contains("/raw/a.jsonl is gone since ingest/");
    assertRated(grown, 2, 31);
    assertSame(run("whole", "rate"), grown, "ingest", "rate");
  }

  @Test
  void aTableOfOtherFilesIsNoReasonForAnything() throws IOException {
    add("a.jsonl", "a", 0, 30, "");
    Workspace grown = run("grown", "ingest");
    Files.delete(raw.resolve("a.jsonl"));
    add("b.jsonl", "b", 30, 60, "");
    run("grown", "ingest");
    assertThat(why(grown)).isEmpty();
  }

  @Test
  void scoresAreTakenOverFromTheTableThatIsContinuedWhateverWasRatedSince() throws IOException {
    add("a.jsonl", "a", 0, 30, "");
    Workspace grown = run("grown", "rate");
    Files.move(raw.resolve("a.jsonl"), folder.resolve("a.jsonl"));
    add("try.jsonl", "a", 90, 95, "");
    run("grown", "rate");
    Files.delete(raw.resolve("try.jsonl"));
    Files.move(folder.resolve("a.jsonl"), raw.resolve("a.jsonl"));
    add("b.jsonl", "b", 30, 50, "");
    run("grown", "rate");
    assertRated(grown, 20, 30);
  }

  @Test
  void aChangedFileMakesAllBeRead() throws IOException {
    add("a.jsonl", "a", 0, 30, "");
    Workspace grown = run("grown", "ingest");
    add("a.jsonl", "a", 0, 40, "");
    run("grown", "ingest");
    assertThat(why(grown)).contains("/raw/a.jsonl changed since ingest/");
    assertSame(run("whole", "ingest"), grown, "ingest");
  }

  @Test
  void scoresOfBatchesAreTakenOverWhereThatIsAskedFor() throws IOException {
    String bundle = "rate.raters=[{bundle=\"" + TinyBundle.write(folder.resolve("tiny")) + "\"}]";
    String[] asked = {bundle, "rate.batch-tokens=4096", "rate.take-over=all"};
    add("a.jsonl", "a", 0, 30, "");
    Workspace grown = run("grown", "rate", asked);
    add("b.jsonl", "b", 30, 50, "");
    run("grown", "rate", asked);
    assertThat(newest(grown, "rate").at("/raters/0/documentsRated").asInt()).isEqualTo(20);
    assertThat(newest(grown, "rate").at("/raters/0/documentsTakenOver").asInt()).isEqualTo(30);

    run("grown", "rate", bundle, "rate.batch-tokens=4096");
    assertThat(newest(grown, "rate").at("/raters/0/documentsRated").asInt()).isEqualTo(50);
    assertThat(newest(grown, "rate").at("/raters/0/documentsTakenOver").asInt()).isZero();
  }

  private static String why(Workspace workspace) {
    JsonNode news = newest(workspace, "ingest").path("newData");
    assertThat(news.path("earlier").asText()).isEmpty();
    return news.path("why").asText();
  }

  @Test
  void anInterruptedIngestOfNewFilesBeginsAgainFromTheEarlierTable() throws IOException {
    add("a.jsonl", "a", 0, 30, "");
    Workspace grown = run("grown", "ingest");
    add("b.jsonl", "b", 20, 50, "");
    run("grown", "ingest");
    Map<String, String> undisturbed = files(grown, "ingest");
    Manifest newest = grown.finished("ingest").get(0);
    Path output = Path.of(grown.root().toUri()).resolve("ingest").resolve(newest.fingerprint());
    Files.delete(output.resolve("manifest.json"));
    Files.delete(output.resolve("input-files.jsonl"));

    run("grown", "ingest");
    assertThat(newest(grown, "ingest").path("newData").path("documents").asInt()).isEqualTo(20);
    assertThat(files(grown, "ingest")).isEqualTo(undisturbed);
  }

  @Test
  void explainTellsHowManyFilesAndDocumentsAreNew() throws IOException {
    add("a.jsonl", "a", 0, 30, "");
    Workspace grown = run("grown", "rate");
    add("b.jsonl", "b", 20, 50, "");
    PipelineConfig config = PipelineConfig.read(folder.resolve("p.conf"), List.of());
    assertThat(Pipeline.of(config, new Configuration()).explain())
        .contains(
            "  ingest: 1 of 2 files are new; what the others gave is taken over from ingest/"
                + grown.finished("ingest").get(0).fingerprint());
    run("grown", "ingest");
    assertThat(Pipeline.of(config, new Configuration()).explain())
        .contains("  rate: 20 of 50 documents are new; the others keep the scores that they have");
  }
}
