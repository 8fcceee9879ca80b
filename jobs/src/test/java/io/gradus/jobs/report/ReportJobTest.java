package io.gradus.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportJobTest {
  private static final Pattern DATA =
      Pattern.compile(
          "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

  /** Left for a person to open in a browser. */
  private static final Path SAMPLE = Path.of("target", "sample-report.html");

  @TempDir static Path folder;
  private static SampleRun run;
  private static String page;

  @BeforeAll
  static void writeTheReport() throws IOException {
    run = SampleRun.create(folder);
    page = report(run.inputs(), "report");
    Files.writeString(SAMPLE, page);
  }

  private static String report(ReportInputs inputs, String name) {
    StageDirectory output =
        new StageDirectory(
            new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()),
            LocalSpark.context().hadoop());
    ReportResult result =
        new ReportJob().run(LocalSpark.context(), inputs, run.ratings(), run.selection(), output);
    String text = output.text(ReportJob.FILE).orElseThrow();
    assertThat(result.file()).endsWith("/" + name + "/report.html");
    assertThat(result.bytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    return text;
  }

  private static JsonNode data() {
    Matcher matcher = DATA.matcher(page);
    assertThat(matcher.find()).isTrue();
    return Json.read(matcher.group(1), JsonNode.class);
  }

  private static long sum(JsonNode counts) {
    return StreamSupport.stream(counts.spliterator(), false).mapToLong(JsonNode::asLong).sum();
  }

  @Test
  void aHostileSourceNameCannotBreakOutOfTextOrScript() {
    assertThat(page).doesNotContain(SampleRun.HOSTILE).doesNotContain("<img");
    assertThat(page).contains("&lt;/script&gt;&lt;img");
    assertThat(data().at("/mixture/sources").toString()).contains("onerror=alert(1)");
  }

  @Test
  void nothingIsLoadedFromElsewhere() {
    assertThat(page)
        .contains("default-src 'none'")
        .contains("Chart.js v4.5.1")
        .doesNotContain("<link")
        .doesNotContain("src=\"")
        .doesNotContain("url(")
        .doesNotContain("sourceMappingURL");
  }

  @Test
  void figuresAreThoseOfTheManifests() {
    assertThat(page)
        .contains("2,629 records")
        .contains("2,400 documents")
        .contains(String.format("%,d tokens", run.tokensSelected()))
        .contains("1,049 sequences in 9 shards, 207 tokens of padding");
  }

  @Test
  void everyReasonForWhichARecordWasDroppedIsCounted() {
    assertThat(page)
        .contains("<td>exact duplicate</td><td>ingest</td><td class=\"n\">173</td>")
        .contains("<td>not finite</td><td>rate</td><td class=\"n\">7</td>")
        .contains("<td>malformed json</td><td>ingest</td><td class=\"n\">12</td>")
        .doesNotContain("<td>too large</td>");
  }

  @Test
  void whatCouldNotBeSelectedIsCountedByReason() {
    assertThat(page).contains("<td>below threshold</td><td>sample</td><td class=\"n\">31</td>");
  }

  @Test
  void everyQuotaGroupHasItsBudget() {
    assertThat(page)
        .contains("1 of 2 groups had fewer tokens than their quota, and the others got the rest.")
        .contains(
            "<td class=\"source\">web-crawl</td><td class=\"n\">900</td><td class=\"n\">1,000</td>"
                + "<td class=\"n\">900</td><td class=\"n\">900</td><td class=\"n\">3</td>"
                + "<td class=\"n\"></td>")
        .doesNotContain("smaller groups");
  }

  @Test
  void topicsAreShownWithTheirWordsAndTheirShareOfTheSelection() {
    assertThat(page)
        .contains("<td>rivers, lakes</td><td>The Nile · The Volga</td>")
        .contains("without a topic");
    Matcher row =
        Pattern.compile(
                "topic 0</td>.*?<td class=\"n\">([0-9,]+)</td><td class=\"n\">[0-9.]+ %</td>")
            .matcher(page);
    assertThat(row.find()).isTrue();
    assertThat(row.group(1)).isEqualTo(String.format("%,d", run.tokensSelectedOfTopic(0)));
  }

  @Test
  void histogramsHoldEveryDocumentAndTokenBeforeAndAfterSampling() {
    assertThat(data().get("criteria")).hasSize(SampleRun.CRITERIA.size());
    for (JsonNode criterion : data().get("criteria")) {
      assertThat(sum(criterion.get("documentsBefore"))).isEqualTo(run.ratings().table().rows());
      assertThat(sum(criterion.get("tokensBefore"))).isEqualTo(run.ratings().table().tokens());
      assertThat(sum(criterion.get("documentsAfter"))).isEqualTo(run.selection().table().rows());
      assertThat(sum(criterion.get("tokensAfter"))).isEqualTo(run.selection().table().tokens());
    }
  }

  @Test
  void theMixtureHoldsEveryTokenOfTheCurriculum() {
    long tokens = 0;
    for (JsonNode source : data().at("/mixture/sources")) {
      tokens += sum(source.get("tokens"));
    }
    assertThat(tokens).isEqualTo(run.tokensSelected());
  }

  @Test
  void thePlanIsShownWithItsWarningsAndEvidence() {
    assertThat(page)
        .contains("Moderate decay, then average the last checkpoints")
        .contains("EXTRAPOLATED")
        .contains("arXiv 2511.18903")
        .contains("outside its scope here");
  }

  @Test
  void whatThereIsNothingToSayAboutHasNoTagAndNoNote() {
    assertThat(page)
        .doesNotContain("<span class=\"tag\"></span>")
        .doesNotContain("<p class=\"note\"></p>");
  }

  @Test
  void aRunWithoutVerificationIsWarnedOf() {
    Map<String, Manifest> manifests = new TreeMap<>(run.inputs().manifests());
    manifests.remove("verify");
    String unverified =
        report(
            new ReportInputs(
                run.inputs().pipeline(),
                run.inputs().workspace(),
                manifests,
                run.inputs().profile(),
                run.inputs().plan(),
                MissingNode.getInstance()),
            "unverified");
    assertThat(unverified)
        .contains("The shards have not been verified.")
        .doesNotContain("Topics before and after sampling");
    assertThat(page)
        .doesNotContain("The shards have not been verified.")
        .contains("All checks passed: ")
        .contains("<td>end of text</td><td class=\"n\">1,272</td><td class=\"n\">0</td>");
  }

  @Test
  void theSameInputsGiveTheSameBytesForAnyPartitioning() {
    String before = LocalSpark.session().conf().get("spark.sql.shuffle.partitions");
    LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "7");
    try {
      assertThat(report(run.inputs(), "again")).isEqualTo(page);
    } finally {
      LocalSpark.session().conf().set("spark.sql.shuffle.partitions", before);
    }
  }
}
