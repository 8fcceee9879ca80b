package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.job.TooManyBadRecords;
import io.gradus.common.job.UserMistake;
import io.gradus.common.spark.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadRecordsTest {
  private static final String GOOD = "{\"text\": \"Good.\"}";

  @TempDir Path folder;

  /** Writes a good record and then a bad one, and gives what the sample says of the bad one. */
  private JsonNode drop(byte[] badLine, String inputOptions) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes((GOOD + "\n").getBytes(UTF_8));
    bytes.writeBytes(badLine);
    Files.write(folder.resolve("a.jsonl"), bytes.toByteArray());
    IngestRun run = new IngestRun(folder);
    IngestResult result =
        run.run(
            "inputs = [{ path = \"$/a.jsonl\""
                + inputOptions
                + " }], max-bad-records = 0.5, max-record-size = 150B");
    assertThat(run.sorted("text")).containsExactly("Good.");
    JsonNode bad = run.badRecords().get(0);
    assertThat(result.dropped()).containsExactly(Map.entry(bad.get("reason").asText(), 1L));
    assertThat(bad.get("path").asText()).isEqualTo("file:" + folder.resolve("a.jsonl"));
    assertThat(bad.get("position").asLong()).isEqualTo(GOOD.length() + 1);
    assertThat(bad.get("unit").asText()).isEqualTo("byte");
    return bad;
  }

  private String reason(String badLine) throws IOException {
    return drop(badLine.getBytes(UTF_8), "").get("reason").asText();
  }

  @Test
  void linesThatAreNotJsonAreMalformed() throws IOException {
    JsonNode bad = drop("{\"text\": \"cut o".getBytes(UTF_8), "");
    assertThat(bad.get("reason").asText()).isEqualTo("malformed-json");
    assertThat(bad.get("detail").asText()).contains("at character 15");
    assertThat(bad.get("excerpt").asText()).isEqualTo("{\"text\": \"cut o");
  }

  @Test
  void aSecondValueOnALineIsMalformed() throws IOException {
    JsonNode bad = drop("{\"text\": \"One.\"} {\"text\": \"Two.\"}".getBytes(UTF_8), "");
    assertThat(bad.get("reason").asText()).isEqualTo("malformed-json");
    assertThat(bad.get("detail").asText()).isEqualTo("more than one value on the line");
  }

  @Test
  void jsonThatIsNoObjectIsDropped() throws IOException {
    assertThat(reason("[\"text\"]")).isEqualTo("not-an-object");
  }

  @Test
  void missingAndNullTextsAreDropped() throws IOException {
    assertThat(reason("{\"body\": \"Elsewhere.\"}")).isEqualTo("missing-text");
    assertThat(reason("{\"text\": null}")).isEqualTo("missing-text");
  }

  @Test
  void textsThatAreNoStringsAreDropped() throws IOException {
    assertThat(reason("{\"text\": [\"a\"]}")).isEqualTo("text-not-a-string");
  }

  @Test
  void blankTextsAreDropped() throws IOException {
    assertThat(reason("{\"text\": \" \\n\\t\"}")).isEqualTo("empty-text");
  }

  @Test
  void bytesThatAreNotUtf8AreDropped() throws IOException {
    JsonNode bad = drop("{\"text\": \"Fianc\u00e9.\"}".getBytes(ISO_8859_1), "");
    assertThat(bad.get("reason").asText()).isEqualTo("invalid-utf8");
    assertThat(bad.get("detail").asText()).isEqualTo("not UTF-8 after 15 bytes");
  }

  @Test
  void halfASurrogatePairHasNoUtf8() throws IOException {
    assertThat(reason("{\"text\": \"Half \\ud83d pair\"}")).isEqualTo("unpaired-surrogate");
  }

  @Test
  void halfASurrogatePairInMetaStaysAnEscape() throws IOException {
    Files.writeString(
        folder.resolve("a.jsonl"), "{\"text\": \"Fine.\", \"t\": \"\\ud83d \\ud83d\\ude00\"}");
    IngestRun run = new IngestRun(folder);
    run.run("inputs = [{ path = \"$/a.jsonl\" }]");
    assertThat(run.sorted("meta")).containsExactly("{\"t\":\"\\ud83d \ud83d\ude00\"}");
  }

  @Test
  void recordsAboveTheSizeLimitAreDropped() throws IOException {
    String line = "{\"text\": \"" + "long ".repeat(40) + "\"}";
    JsonNode bad = drop((line + "\n").getBytes(UTF_8), "");
    assertThat(bad.get("reason").asText()).isEqualTo("too-large");
    assertThat(bad.get("detail").asText())
        .isEqualTo("212 bytes, more than ingest.max-record-size = 150");
    assertThat(bad.get("excerpt").asText()).isEqualTo(line.substring(0, 120));
  }

  @Test
  void recordsWithoutTheirSourceAreDropped() throws IOException {
    Files.writeString(
        folder.resolve("a.jsonl"),
        """
        {"text": "One.", "meta": {"domain": "wiki"}}
        {"text": "Two.", "meta": {"domain": {}}}
        {"text": "Three."}
        not json
        """);
    IngestRun run = new IngestRun(folder);
    IngestResult result =
        run.run(
            "inputs = [{ path = \"$/a.jsonl\", source-field = meta.domain }],"
                + " max-bad-records = 1");
    assertThat(result.dropped())
        .containsOnly(Map.entry("missing-source", 2L), Map.entry("malformed-json", 1L));
    assertThat(result.sources())
        .containsOnly(
            Map.entry("(unknown)", new SourceCounts(3, 0, 0, 3, 0, 0)),
            Map.entry("wiki", new SourceCounts(1, 1, 0, 0, 4, 2)));
  }

  @Test
  void tokensOutsideTheVocabularyAreDropped() throws IOException {
    String option = ", tokens-field = ids";
    for (String ids : List.of("[1, 50257]", "[-1]", "[]", "[1.5]", "\"1 2\"", "[99999999999]")) {
      JsonNode bad = drop(("{\"ids\": " + ids + "}").getBytes(UTF_8), option);
      assertThat(bad.get("reason").asText()).as(ids).isEqualTo("bad-tokens");
    }
  }

  @Test
  void badParquetRowsAreShownByTheirNumber() {
    LocalSpark.session()
        .sql(
            """
            select * from values (cast('Good.' as binary)), (x'ff'), (null), (cast(' ' as binary))
              as rows(text)""")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("p q").toString());
    IngestRun run = new IngestRun(folder);
    run.run("inputs = [{ path = \"$/p q\" }], max-bad-records = 1");
    assertThat(run.sorted("text")).containsExactly("Good.");
    assertThat(run.badRecords())
        .allSatisfy(
            bad -> assertThat(bad.get("path").asText()).startsWith("file:" + folder + "/p q/part"));
    assertThat(run.badRecords())
        .extracting(bad -> bad.get("reason").asText() + " " + bad.get("unit").asText())
        .containsExactly("invalid-utf8 row", "missing-text row", "empty-text row");
    assertThat(run.badRecords())
        .extracting(bad -> bad.get("position").asLong())
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void tooManyBadRecordsStopTheRunAndLeaveASample() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), (GOOD + "\n").repeat(3) + "no\n[]\n");
    IngestRun run = new IngestRun(folder);
    assertThatThrownBy(() -> run.run("inputs = [{ path = \"$/a.jsonl\" }], max-bad-records = 0.3"))
        .isInstanceOf(TooManyBadRecords.class)
        .hasMessage(
            """
            ingest: 2 of 5 records are bad (40.00 %), more than ingest.max-bad-records = 0.3 allows:
              malformed-json       1
              not-an-object        1
            A sample with places is in file:"""
                + folder
                + "/output/bad-records.jsonl. Mend the input, or raise ingest.max-bad-records.");
    assertThat(run.badRecords()).hasSize(2);
    assertThat(folder.resolve("output/table")).doesNotExist();
  }

  @Test
  void aShareOfBadRecordsJustAllowedDoesNotStopTheRun() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), (GOOD + "\n").repeat(3) + "no\n");
    IngestResult result =
        new IngestRun(folder).run("inputs = [{ path = \"$/a.jsonl\" }], max-bad-records = 0.25");
    assertThat(result.dropped()).containsExactly(Map.entry("malformed-json", 1L));
    assertThat(result.duplicates()).isEqualTo(2);
  }

  @Test
  void theSampleIsBoundedAndSharedAmongReasons() throws IOException {
    Files.writeString(
        folder.resolve("a.jsonl"), GOOD + "\n" + "no\n".repeat(500) + "[]\n".repeat(500));
    IngestRun run = new IngestRun(folder);
    run.run("inputs = [{ path = \"$/a.jsonl\" }], max-bad-records = 1");
    assertThat(run.badRecords()).hasSize(100);
    assertThat(run.badRecords())
        .filteredOn(bad -> bad.get("reason").asText().equals("not-an-object"))
        .extracting(bad -> bad.get("position").asInt())
        .hasSize(50)
        .startsWith(GOOD.length() + 1 + 1500, GOOD.length() + 1 + 1503);
  }

  @Test
  void anInputOfBadRecordsOnlyIsAMistakeEvenWhenAllMayBeBad() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "no\n");
    assertThatThrownBy(
            () ->
                new IngestRun(folder)
                    .run("inputs = [{ path = \"$/a.jsonl\" }], max-bad-records = 1"))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith(
            "ingest.inputs: all 1 records are bad, so that no document is left");
  }
}
