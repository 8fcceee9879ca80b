package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.job.TooManyBadRecords;
import io.gradus.common.job.UserMistake;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RateJobTest {
  private static final RaterConfig STATISTICS =
      new RaterConfig.Statistics(List.of("compression_ratio", "mean_word_length"), "");

  @TempDir Path workspace;
  @TempDir Path bundles;

  private RaterConfig tiny;
  private List<String> texts;

  @BeforeEach
  void prepare() throws IOException {
    tiny = new RaterConfig.Bundle(TinyBundle.write(bundles.resolve("tiny")).toString(), "");
    texts =
        new ArrayList<>(
            IntStream.range(0, 200)
                .mapToObj(i -> "a ".repeat(1 + i % 7) + "b ".repeat(i % 5) + "number" + i)
                .toList());
  }

  private static RateConfig config(RaterConfig... raters) {
    return RateConfig.of(raters);
  }

  private static RateConfig lenient(double maxQuarantined, RaterConfig... raters) {
    return new RateConfig(
        List.of(raters),
        maxQuarantined,
        0,
        2_000_000,
        RateConfig.TakeOver.EXACT,
        DeviceConfig.DEFAULT);
  }

  private StageDirectory output(String fingerprint) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(workspace.resolve("rate/" + fingerprint).toString()),
        new Configuration());
  }

  private RateResult run(
      RateConfig config, Finished<DocumentsTable> documents, String fingerprint) {
    return new RateJob().run(LocalSpark.context(), config, documents, output(fingerprint));
  }

  private Finished<DocumentsTable> documents(int buckets) throws IOException {
    return TestDocuments.write(workspace, "documents" + buckets, buckets, texts);
  }

  private Map<String, Row> table(String fingerprint) {
    Map<String, Row> rows = new TreeMap<>();
    for (Row row :
        LocalSpark.session()
            .read()
            .parquet(output(fingerprint).table().toString())
            .collectAsList()) {
      rows.put(HexFormat.of().formatHex(row.<byte[]>getAs("doc_id")), row);
    }
    return rows;
  }

  private Map<String, Double> column(String fingerprint, String criterion) {
    Map<String, Double> values = new TreeMap<>();
    table(fingerprint).forEach((id, row) -> values.put(id, row.<Double>getAs(criterion)));
    return values;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  private Path raterFolder(RateResult result, int rater) {
    return workspace.resolve("rate/raters/" + result.raters().get(rater).fingerprint());
  }

  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    for (Path file : files(folder)) {
      contents.put(
          file.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
    }
    return contents;
  }

  @Test
  void everyDocumentGetsOneRowWithTheScoresOfAllRatersSideBySide() throws IOException {
    RateResult result = run(config(tiny, STATISTICS), documents(8), "out");

    Map<String, Row> rows = table("out");
    assertThat(rows).hasSize(200);
    Row row = rows.get(HexFormat.of().formatHex(TestDocuments.docId(texts.get(8))));
    // "a a b b b number8": a chunk (2/4, 4/4) and a chunk (0, 2/2).
    assertThat(row.schema().fieldNames())
        .containsExactly(
            "doc_id",
            "source",
            "n_tokens",
            "n_chunks",
            "up",
            "down",
            "compression_ratio",
            "mean_word_length");
    assertThat(row.<Double>getAs("up"))
        .isEqualTo(Rating.round((4 * (0.5 + 10 + 0.5) + 2 * (10 + 0.5)) / 6));
    assertThat(row.<Double>getAs("mean_word_length")).isEqualTo(2.0);
    assertThat(row.<Integer>getAs("n_chunks")).isEqualTo(2);
    assertThat(row.<Integer>getAs("n_tokens")).isEqualTo(TestDocuments.tokens(texts.get(8)));
    assertThat(row.<String>getAs("source")).isEqualTo("odd");

    assertThat(result.table().criteria())
        .containsExactly("up", "down", "compression_ratio", "mean_word_length");
    assertThat(result.table().rows()).isEqualTo(200);
    assertThat(result.table().tokens())
        .isEqualTo(texts.stream().mapToLong(TestDocuments::tokens).sum());
    RateResult.RaterResult rater = result.raters().get(0);
    assertThat(rater.name()).isEqualTo("tiny");
    assertThat(rater.version()).isEqualTo("3");
    assertThat(rater.licence()).isEqualTo("CC0-1.0");
    assertThat(rater.kind()).isEqualTo("onnx-embedding");
    assertThat(rater.precision()).isEqualTo("fp32");
    assertThat(rater.library()).isEqualTo("onnxruntime 1.28.0");
    assertThat(rater.documents()).isEqualTo(200);
    assertThat(rater.tokens())
        .isEqualTo(texts.stream().mapToLong(text -> text.split(" ").length).sum());
    assertThat(rater.bucketsRated()).isEqualTo(8);
    assertThat(result.quarantined()).isEmpty();
  }

  @Test
  void bucketsRatedBeforeAnInterruptionAreNotRatedAgain() throws IOException {
    Finished<DocumentsTable> documents = documents(16);
    RateResult undisturbed = run(config(tiny), documents, "out");
    Map<String, String> table = contents(workspace.resolve("rate/out/table"));
    Path rater = raterFolder(undisturbed, 0);
    Map<String, String> ratings = contents(rater);

    // What a killed run leaves: some buckets missing, one half written, a table begun.
    FileTime longAgo = FileTime.fromMillis(1_000_000_000_000L);
    for (Path file : files(rater)) {
      Files.setLastModifiedTime(file, longAgo);
    }
    List<Path> lost = files(rater).subList(3, 8);
    for (Path file : lost) {
      Files.delete(file);
    }
    Path half = rater.resolve(".bucket-00003.parquet.0000");
    Files.writeString(half, "half");
    Files.delete(files(workspace.resolve("rate/out/table")).get(2));

    RateResult resumed = run(config(tiny), documents, "out");

    assertThat(resumed.raters().get(0).bucketsRated()).isEqualTo(5);
    assertThat(resumed.raters().get(0).bucketsReused()).isEqualTo(11);
    assertThat(contents(workspace.resolve("rate/out/table"))).isEqualTo(table);
    assertThat(contents(rater)).isEqualTo(ratings);
    assertThat(half).doesNotExist();
    for (Path file : files(rater)) {
      assertThat(Files.getLastModifiedTime(file).equals(longAgo)).isNotEqualTo(lost.contains(file));
    }
    // The counts are those of all buckets, whichever run rated them.
    assertThat(resumed.table()).isEqualTo(undisturbed.table());
    assertThat(resumed.raters().get(0).chunks()).isEqualTo(undisturbed.raters().get(0).chunks());
    assertThat(resumed.raters().get(0).tokens()).isEqualTo(undisturbed.raters().get(0).tokens());
  }

  @Test
  void anotherRaterRatesOnlyForItself() throws IOException {
    Finished<DocumentsTable> documents = documents(8);
    run(config(tiny), documents, "first");
    RateResult both = run(config(STATISTICS, tiny), documents, "second");

    assertThat(both.raters())
        .map(RateResult.RaterResult::bucketsRated, RateResult.RaterResult::bucketsReused)
        .containsExactly(tuple(8, 0), tuple(0, 8));
    assertThat(column("second", "up")).isEqualTo(column("first", "up")).hasSize(200);
  }

  @Test
  void scoresDoNotDependOnTheNumberOfBuckets() throws IOException {
    RateConfig config = config(new RaterConfig.Bundle("builtin", ""), STATISTICS);
    texts.subList(20, texts.size()).clear();
    run(config, documents(1), "one");
    run(config, documents(7), "seven");

    assertThat(table("seven")).isEqualTo(table("one"));
  }

  @Test
  void documentsWithoutScoresKeepTheirRowsAndAreCountedByReason() throws IOException {
    texts.addAll(List.of("nan a", "far a", TestDocuments.TOKENS_ONLY + "x", " \n "));
    RateResult result = run(lenient(0.5, tiny, STATISTICS), documents(8), "out");

    Map<String, Row> rows = table("out");
    assertThat(rows).hasSize(204);
    Row row = rows.get(HexFormat.of().formatHex(TestDocuments.docId("nan a")));
    assertThat(row.<Double>getAs("up")).isNull();
    assertThat(row.<Double>getAs("mean_word_length")).isEqualTo(2.0);
    assertThat(result.raters().get(0).quarantined())
        .isEqualTo(Map.of("not-finite", 1L, "model-error", 1L, "no-text", 1L, "no-tokens", 1L));
    assertThat(result.raters().get(1).quarantined())
        .isEqualTo(Map.of("no-text", 1L, "undefined", 1L));
    assertThat(result.raters().get(0).documents()).isEqualTo(200);
    assertThat(result.quarantined()).containsEntry("no-text", 2L).containsEntry("undefined", 1L);

    List<String> sample =
        Files.readAllLines(workspace.resolve("rate/out/quarantined-documents.jsonl"));
    assertThat(sample)
        .hasSize(6)
        .isSortedAccordingTo(Comparator.comparing(l -> l.substring(0, 44)));
    assertThat(String.join("\n", sample))
        .contains(
            "{\"doc_id\":\""
                + HexFormat.of().formatHex(TestDocuments.docId("nan a"))
                + "\",\"source\":\"odd\",\"rater\":\"tiny\",\"reason\":\"not-finite\"");
  }

  @Test
  void tooManyDocumentsWithoutScoresEndTheRun() throws IOException {
    texts.addAll(List.of("nan a", "nan b", "nan x"));
    Finished<DocumentsTable> documents = documents(4);
    // Where the last bucket tells it, the run may be over before it is stopped.
    assertThatThrownBy(() -> run(config(tiny), documents, "out"))
        .isInstanceOf(TooManyBadRecords.class)
        .hasMessageContainingAll(
            "3 of 203 documents (1.5 %) without a score",
            "rate.max-quarantined allows 1.0 %",
            "Look at the columns failure and detail of " + workspace.resolve("rate/raters"));
  }

  @Test
  void tooManyDocumentsWithoutScoresStopTheRunLongBeforeItsEnd() throws IOException {
    texts.addAll(IntStream.range(0, 1000).mapToObj(i -> "nan number" + i).toList());
    Finished<DocumentsTable> documents = documents(200);
    assertThatThrownBy(() -> run(config(tiny), documents, "out"))
        .isInstanceOf(TooManyBadRecords.class)
        .hasMessageContainingAll(
            "rate: tiny left ", " of 1,200 documents", "without a score so far");
    try (Stream<Path> files = Files.walk(workspace.resolve("rate/raters"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".parquet")).count())
          .isLessThan(150);
    }
    // What was rated is kept for a run that allows more.
    assertThat(run(lenient(1, tiny), documents, "out").raters().get(0).bucketsReused())
        .isPositive();
  }

  @Test
  void theSameRaterUnderTwoPrefixesRatesOnce() throws IOException {
    RaterConfig second = new RaterConfig.Bundle(bundles.resolve("tiny").toString(), "second_");
    RateResult result = run(config(tiny, second), documents(4), "out");
    assertThat(result.work()).map(RateResult.DeviceResult::documents).containsExactly(200L);
    assertThat(column("out", "second_up")).isEqualTo(column("out", "up"));
  }

  @Test
  void chunksOfTwoRatersDoNotMix() throws IOException {
    RaterConfig.Bundle whole = (RaterConfig.Bundle) tiny;
    Path third =
        TinyBundle.write(
            bundles.resolve("third"),
            definition -> {
              ((ObjectNode) definition.at("/criteria/0")).put("name", "right");
              ((ObjectNode) definition.at("/criteria/1")).put("name", "wrong");
              ((ObjectNode) definition.at("/probes/0"))
                  .putObject("scores")
                  .put("right", 11)
                  .put("wrong", -0.5);
            });
    RaterConfig first = new RaterConfig.Bundle(whole.bundle(), "", 0, RaterConfig.Scores.CHUNKS);
    RaterConfig second = new RaterConfig.Bundle(third.toString(), "", 0, RaterConfig.Scores.CHUNKS);
    Finished<DocumentsTable> documents = documents(2);
    assertThatThrownBy(() -> run(config(first, second), documents, "out"))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll("the chunks' scores of " + third, "go, chunks/tiny", "prefix");
  }

  @Test
  void criteriaOfTheSameNameNeedAPrefix() throws IOException {
    Finished<DocumentsTable> documents = documents(2);
    assertThatThrownBy(() -> run(config(tiny, tiny), documents, "out"))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll("the column 'up' of", "Give one of the raters a prefix");

    RaterConfig second = new RaterConfig.Bundle(bundles.resolve("tiny").toString(), "second_");
    RateResult result = run(config(tiny, second), documents, "out");
    assertThat(result.table().criteria()).containsExactly("up", "down", "second_up", "second_down");
  }

  @Test
  void aBundleDamagedInTheWorkspaceIsWrittenAnew() throws IOException {
    Path damaged =
        TinyBundle.write(bundles.resolve("other"), definition -> definition.put("version", "4"));
    RaterBundle bundle = RaterBundle.find(damaged.toString(), new Configuration());
    bundle.publish(
        new org.apache.hadoop.fs.Path(workspace.resolve("rate/bundles").toString()),
        new Configuration());
    Path model = workspace.resolve("rate/bundles/" + bundle.digest() + "/model.onnx");
    Files.delete(model.resolveSibling(".model.onnx.crc"));
    Files.writeString(model, "damaged");

    RateResult result =
        run(config(new RaterConfig.Bundle(damaged.toString(), "")), documents(2), "out");

    assertThat(model).hasSameBinaryContentAs(damaged.resolve("model.onnx"));
    assertThat(result.raters().get(0).version()).isEqualTo("4");
  }

  @Test
  void aMistakeFoundInATaskIsTheUsers() {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
    Throwable thrown =
        catchThrowable(
            () ->
                spark
                    .parallelize(List.of(1))
                    .foreach(
                        one -> {
                          throw new UserMistake("the probe differs here");
                        }));
    assertThat(thrown).isNotInstanceOf(UserMistake.class).isInstanceOf(Exception.class);
    assertThat(RateJob.mistakeIn((Exception) thrown))
        .isInstanceOf(UserMistake.class)
        .hasMessage("the probe differs here");
  }

  @Test
  void aCorpusOfTokensAndScoresIsRatedWithoutTextAndModel() throws IOException {
    List<String> tokens =
        IntStream.range(0, 100).mapToObj(i -> TestDocuments.TOKENS_ONLY + i).toList();
    Finished<DocumentsTable> documents =
        TestDocuments.write(
            workspace,
            "tokens",
            4,
            tokens,
            text -> "{\"quality\":{\"edu\":0.00001" + text.length() + ",\"pass\":true}}");
    RaterConfig columns =
        new RaterConfig.Columns(
            new TreeMap<>(Map.of("educational_value", "quality.edu", "passed", "quality.pass")),
            "given_");

    RateResult result = run(config(columns), documents, "out");

    assertThat(result.table().criteria())
        .containsExactly("given_educational_value", "given_passed");
    assertThat(result.table().rows()).isEqualTo(100);
    Row row = table("out").get(HexFormat.of().formatHex(TestDocuments.docId(tokens.get(7))));
    assertThat(row.<Double>getAs("given_educational_value")).isEqualTo(0.0000114);
    assertThat(row.<Double>getAs("given_passed")).isEqualTo(1.0);
    assertThat(result.raters().get(0).kind()).isEqualTo("column");
    assertThat(result.raters().get(0).documents()).isEqualTo(100);
    assertThat(workspace.resolve("rate/bundles")).doesNotExist();
  }

  @Test
  void anotherColumnRatesOnlyForItself() throws IOException {
    Finished<DocumentsTable> documents =
        TestDocuments.write(workspace, "scored", 4, texts, text -> "{\"a\":1,\"b\":2}");
    RaterConfig first = new RaterConfig.Columns(new TreeMap<>(Map.of("score", "a")), "");
    RaterConfig second = new RaterConfig.Columns(new TreeMap<>(Map.of("score", "b")), "other_");
    run(config(STATISTICS, first), documents, "first");
    RateResult result = run(config(STATISTICS, first, second), documents, "second");

    assertThat(result.raters())
        .map(RateResult.RaterResult::bucketsRated, RateResult.RaterResult::bucketsReused)
        .containsExactly(tuple(0, 4), tuple(0, 4), tuple(4, 0));
    assertThat(column("second", "score").values()).containsOnly(1.0);
    assertThat(column("second", "other_score").values()).containsOnly(2.0);
  }

  @Test
  void documentsWithoutTheScoreAreCountedAndListed() throws IOException {
    Finished<DocumentsTable> documents =
        TestDocuments.write(
            workspace,
            "scored",
            4,
            texts,
            text ->
                text.endsWith("number7")
                    ? null
                    : text.endsWith("number8") ? "{\"a\":\"high\"}" : "{\"a\":1}");
    RaterConfig column = new RaterConfig.Columns(new TreeMap<>(Map.of("score", "a")), "");
    RateResult result = run(lenient(0.5, column), documents, "out");

    assertThat(result.quarantined()).isEqualTo(Map.of("no-value", 1L, "not-a-number", 1L));
    assertThat(Files.readString(workspace.resolve("rate/out/quarantined-documents.jsonl")))
        .contains(
            "\"rater\":\"column\",\"reason\":\"not-a-number\",\"detail\":\"a = \\\"high\\\"\"");
  }

  @Test
  void theQuarantineTableNamesDocumentRaterAndReason() throws IOException {
    texts.addAll(List.of("nan a", "far a"));
    run(lenient(0.5, tiny, STATISTICS), documents(8), "out");

    List<Row> rows =
        LocalSpark.session()
            .read()
            .parquet(output("out").file("quarantine").toString())
            .collectAsList();
    assertThat(rows)
        .extracting(
            row -> HexFormat.of().formatHex(row.<byte[]>getAs("doc_id")),
            row -> row.<String>getAs("rater"),
            row -> row.<String>getAs("reason"))
        .containsExactlyInAnyOrder(
            tuple(HexFormat.of().formatHex(TestDocuments.docId("nan a")), "tiny", "not-finite"),
            tuple(HexFormat.of().formatHex(TestDocuments.docId("far a")), "tiny", "model-error"));
    assertThat(rows).extracting(row -> row.<String>getAs("rater_digest")).doesNotContain("");
  }

  @Test
  void chunksAreKeptWhereTheConfigurationAsksForThem() throws IOException {
    RaterConfig.Bundle whole = (RaterConfig.Bundle) tiny;
    RaterConfig kept = new RaterConfig.Bundle(whole.bundle(), "c_", 0, RaterConfig.Scores.CHUNKS);
    run(RateConfig.of(kept), documents(4), "out");

    String id = HexFormat.of().formatHex(TestDocuments.docId(texts.get(8)));
    List<Row> chunks =
        LocalSpark.session()
            .read()
            .parquet(output("out").file("chunks/c_tiny").toString())
            .collectAsList()
            .stream()
            .filter(row -> HexFormat.of().formatHex(row.<byte[]>getAs("doc_id")).equals(id))
            .toList();
    // "a a b b | b number8"
    assertThat(chunks)
        .extracting(
            row -> row.<Integer>getAs("chunk"),
            row -> row.<Integer>getAs("start"),
            row -> row.<Integer>getAs("tokens"),
            row -> row.<Double>getAs("up"))
        .containsExactly(tuple(0, 0, 4, 11.0), tuple(1, 4, 2, 10.5));
    assertThat(table("out").get(id).<Double>getAs("c_up")).isEqualTo(Rating.round(65.0 / 6));
  }

  @Test
  void ratersWithOtherOptionsShareASessionButNoFiles() throws IOException {
    RaterConfig.Bundle whole = (RaterConfig.Bundle) tiny;
    RaterConfig first =
        new RaterConfig.Bundle(whole.bundle(), "first_", 1, RaterConfig.Scores.DOCUMENTS);
    RateResult result = run(RateConfig.of(tiny, first), documents(4), "out");

    Row row = table("out").get(HexFormat.of().formatHex(TestDocuments.docId(texts.get(8))));
    assertThat(row.<Double>getAs("up")).isEqualTo(Rating.round(65.0 / 6));
    assertThat(row.<Double>getAs("first_up")).isEqualTo(11.0);
    assertThat(result.raters().get(0).fingerprint())
        .isNotEqualTo(result.raters().get(1).fingerprint());
  }

  @Test
  void theResultTellsWhatEachDeviceDid() throws IOException {
    Finished<DocumentsTable> documents = documents(8);
    RateResult result = run(config(tiny), documents, "out");
    assertThat(result.work()).hasSize(1);
    RateResult.DeviceResult work = result.work().get(0);
    assertThat(work.device()).isEqualTo("cpu");
    assertThat(work.documents()).isEqualTo(200);
    assertThat(work.tokens()).isEqualTo(texts.stream().mapToLong(TestDocuments::tokens).sum());
    assertThat(work.raterTokens()).isEqualTo(result.raters().get(0).tokens());
    assertThat(work.paddingShare()).isZero();
    assertThat(run(config(tiny), documents, "again").work()).isEmpty();
  }

  @Test
  void aFastTextModelRatesByTheLogOddsOfItsLabel() throws IOException {
    Path model = TinyFastText.CLASSIFIER.write(bundles.resolve("quality.bin"));
    texts.addAll(List.of("good bad", "bad\nbad"));
    Finished<DocumentsTable> documents = documents(4);
    RaterConfig high =
        new RaterConfig.FastText(model.toString(), "__label__hq", "quality", "dclm_");
    run(config(STATISTICS), documents, "first");
    RateResult result = run(config(STATISTICS, high), documents, "second");

    Map<String, Double> quality = column("second", "dclm_quality");
    assertThat(quality).hasSize(202);
    assertThat(quality.get(HexFormat.of().formatHex(TestDocuments.docId("bad\nbad"))))
        .isCloseTo(-4.0 / 3, within(2e-4));
    RateResult.RaterResult rater = result.raters().get(1);
    String digest = Fingerprint.sha256(Files.readAllBytes(model));
    assertThat(rater.kind()).isEqualTo("fasttext");
    assertThat(rater.digest()).isEqualTo(digest);
    assertThat(rater.documents()).isEqualTo(202);
    assertThat(workspace.resolve("rate/models/" + digest + ".bin")).exists();
    assertThat(RateJob.digests(new Configuration(), config(high)))
        .containsEntry(model.toString(), digest)
        .containsKey("fasttext");

    // Another label is another rater; what was rated is kept.
    RaterConfig low = new RaterConfig.FastText(model.toString(), "__label__lq", "quality", "");
    assertThat(run(config(STATISTICS, high, low), documents, "third").raters())
        .map(RateResult.RaterResult::bucketsRated, RateResult.RaterResult::bucketsReused)
        .containsExactly(tuple(0, 4), tuple(0, 4), tuple(4, 0));
  }

  @Test
  void anUnknownLabelIsFoundBeforeAnythingIsRated() throws IOException {
    Path model = TinyFastText.CLASSIFIER.write(bundles.resolve("quality.bin"));
    Finished<DocumentsTable> documents = documents(2);
    RaterConfig unknown = new RaterConfig.FastText(model.toString(), "hq", "quality", "");
    assertThatThrownBy(() -> run(config(unknown), documents, "out"))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll(
            model + " has no label 'hq'", "Its labels are __label__hq, __label__lq.");
    assertThat(workspace.resolve("rate/raters")).doesNotExist();
  }
}
