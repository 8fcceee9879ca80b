package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a corpus holds is rated or quarantined with a reason, and costs no other document its
 * score.
 */
class HostileDocumentsTest {
  private static final Map<String, String> DOCUMENTS = documents();
  private static final Set<String> REASONS =
      Set.of(
          Rating.Failure.NO_TEXT,
          Rating.Failure.NO_TOKENS,
          Rating.Failure.NOT_FINITE,
          Rating.Failure.UNDEFINED,
          Rating.Failure.MODEL_ERROR,
          Rating.Failure.TOKENIZER_ERROR);
  private static final List<String> NEIGHBOURS =
      List.of(
          "The glacier retreated by four hundred metres between 1930 and 1980.",
          "Honestly? Best pizza in town, we go every Friday night!",
          "Let f be continuous on a closed interval; then f attains its maximum there.",
          // As long as some of the hostile ones, so that these share a batch.
          "a b a",
          "b");

  @TempDir static Path folder;
  private static Rater wordPieces;
  private static Rater wholeTexts;
  private static Rater byteLevel;
  private static final Rater STATISTICS =
      new StatisticsRater(Arrays.stream(Statistic.values()).map(Statistic::criterion).toList());
  private static final List<OnnxRater> OPENED = new ArrayList<>();

  private static Map<String, String> documents() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("empty", "");
    texts.put("one character", "a");
    texts.put("one space", " ");
    texts.put("only newlines", "\n".repeat(1000));
    texts.put("five million spaces", " ".repeat(5_000_000));
    texts.put("ten megabytes without a space", "x".repeat(10 << 20));
    texts.put("a megabyte of Chinese without a space", "道可道非常道".repeat(60_000));
    texts.put("Thai without spaces", "สวัสดีชาวโลก".repeat(500));
    texts.put("only control characters", "\u0001\u0002\u0007\u001b\u007f\u0085".repeat(500));
    texts.put("one NUL", "\0");
    texts.put("NULs in a sentence", "The cat\0 sat on\0\0 the mat.");
    texts.put("a hundred thousand NULs", "\0".repeat(100_000));
    texts.put("an unpaired high surrogate", "left \ud83d alone");
    texts.put("an unpaired low surrogate", "another \ude00 alone");
    texts.put("surrogates in the wrong order", "\ude00\ud83d".repeat(100));
    texts.put("a high surrogate at the end", "the end \ud83d");
    texts.put("a letter under 100,000 combining marks", "a" + "\u0301".repeat(100_000));
    texts.put("combining marks without a letter", "\u0300\u0316\u0338".repeat(1000));
    texts.put("zalgo", "h\u0322\u0341e\u0329\u0352l\u0334l\u035co\u0489 ".repeat(1000));
    texts.put("Arabic", "السلام عليكم ورحمة الله وبركاته. ".repeat(50));
    texts.put(
        "Hebrew with direction overrides", "\u202eשלום עולם\u202c \u2067abc\u2069 ".repeat(50));
    texts.put("a family of emoji", "👨‍👩‍👧‍👦 ".repeat(300));
    texts.put("ten thousand flags", "🇩🇪🇫🇷".repeat(5000));
    texts.put("skin tones", "👍🏿👍🏻 ".repeat(300));
    texts.put("zero-width characters only", "\u200b\u200c\u200d\u2060\ufeff".repeat(1000));
    texts.put("a byte order mark", "\ufeff");
    texts.put("replacement characters", "\ufffd".repeat(5000));
    texts.put("noncharacters", "\ufffe\uffff\ufdd0" + Character.toString(0x1fffe));
    texts.put("private use", "\ue000\uf8ff" + Character.toString(0x10fffd));
    texts.put("cuneiform", Character.toString(0x12000).repeat(2000));
    texts.put("variation selectors", "\ufe0f".repeat(50_000));
    texts.put("tag characters", Character.toString(0xe0041).repeat(2000));
    texts.put("soft hyphens", "un\u00adbe\u00adliev\u00adable ".repeat(500));
    texts.put("line and paragraph separators", "one\u2028two\u2029three\u0085four\u000bfive");
    texts.put("carriage returns and tabs", "\r\r\n\t\r".repeat(2000));
    texts.put("letters that grow in lower case", "İ".repeat(20_000));
    texts.put("ligatures that expand to eighteen letters", "ﷺ".repeat(20_000));
    texts.put("Hangul taken apart", "\u1112\u1161\u11ab".repeat(10_000));
    texts.put("homoglyphs", "Тhе quісk brоwn fох ".repeat(100));
    texts.put("special tokens as text", "[CLS] [SEP] [MASK] [PAD] [UNK] <s> </s> ".repeat(200));
    texts.put("end of text as text", "<|endoftext|>".repeat(500));
    texts.put("a million exclamation marks", "!".repeat(1_000_000));
    texts.put("a million digits", "3".repeat(1_000_000));
    texts.put("two hundred thousand times one word", "buffalo ".repeat(200_000));
    texts.put("a megabyte of base64", "QmFzZTY0IGlzIG5vdCBhIHRleHQu".repeat(36_000));
    texts.put("half a million open brackets", "[{(".repeat(170_000));
    texts.put("markup", "<div class=\"a\"><span>&nbsp;</span></div>\n".repeat(2000));
    texts.put("format strings", "%s%n%d${x}{}#{y}\\x00\\u0000%%".repeat(100));
    texts.put("a word of 200,000 accented letters", "é".repeat(200_000));
    texts.put("a token outside the vocabulary", "far a far");
    texts.put("a token whose vector is not a number", "a nan b");
    texts.put("a hundred thousand lines of one letter", "a\n".repeat(100_000));
    return texts;
  }

  @BeforeAll
  static void open() throws IOException {
    wordPieces =
        open(RaterBundle.find("builtin", new Configuration()))
            .with(new OnnxRater.Options(2, RaterConfig.Scores.DOCUMENTS), () -> {});
    Path words = TinyBundle.write(folder.resolve("words"), HostileDocumentsTest::longChunks);
    wholeTexts = open(RaterBundle.find(words.toString(), new Configuration()));
    Path bytes =
        TinyBundle.writeByteLevel(folder.resolve("bytes"), HostileDocumentsTest::longChunks);
    byteLevel = open(RaterBundle.find(bytes.toString(), new Configuration()));
  }

  private static void longChunks(ObjectNode definition) {
    ((ObjectNode) definition.get("chunk")).put("tokens", 512);
  }

  private static OnnxRater open(RaterBundle bundle) throws IOException {
    Path local = java.nio.file.Files.createTempDirectory(folder, "bundle");
    bundle.localise(local);
    OnnxRater rater =
        new OnnxRater(
            bundle.definition(),
            bundle.digest(),
            local,
            new EngineSettings(4096, 1, 2, 1),
            Hardware.CPU,
            bundle.place());
    OPENED.add(rater);
    return rater;
  }

  @AfterAll
  static void close() {
    OPENED.forEach(OnnxRater::close);
  }

  static Stream<String> names() {
    return DOCUMENTS.keySet().stream();
  }

  @Test
  void thereAreAtLeastForty() {
    assertThat(DOCUMENTS).hasSizeGreaterThanOrEqualTo(40);
  }

  @ParameterizedTest
  @MethodSource("names")
  void isRatedOrQuarantinedByWordPieces(String name) {
    assertHarmless(wordPieces, name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void isRatedOrQuarantinedAsAWhole(String name) {
    assertHarmless(wholeTexts, name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void isRatedByBytes(String name) {
    Rating rating = assertHarmless(byteLevel, name);
    assertThat(rating.whyMissing().map(Rating.Failure::reason).orElse("rated"))
        .isEqualTo(name.equals("empty") ? Rating.Failure.NO_TOKENS : "rated");
  }

  @ParameterizedTest
  @MethodSource("names")
  void isMeasuredOrQuarantined(String name) {
    assertHarmless(STATISTICS, name);
  }

  private static Rating assertHarmless(Rater rater, String name) {
    List<Rating> alone = rate(rater, NEIGHBOURS);
    List<String> together = new ArrayList<>(NEIGHBOURS);
    together.add(1, DOCUMENTS.get(name));
    List<Rating> ratings = new ArrayList<>(rate(rater, together));
    Rating hostile = ratings.remove(1);
    if (hostile.whyMissing().isPresent()) {
      assertThat(hostile.failure().reason()).isIn(REASONS);
      assertThat(hostile.failure().detail()).isNotEmpty();
      assertThat(hostile.scores()).contains(Double.NaN);
    } else {
      assertThat(Arrays.stream(hostile.scores()).allMatch(Double::isFinite)).isTrue();
    }
    assertThat(ratings)
        .extracting(rating -> Arrays.toString(rating.scores()))
        .isEqualTo(alone.stream().map(rating -> Arrays.toString(rating.scores())).toList());
    return hostile;
  }

  private static List<Rating> rate(Rater rater, List<String> texts) {
    List<RatedDocument> documents =
        texts.stream().map(text -> new RatedDocument(new byte[16], "s", 1, text)).toList();
    try (Rater.Pending pending = rater.begin(documents, work -> {})) {
      return pending.ratings();
    }
  }

  @Test
  void allOfThemGoThroughTheStage(@TempDir Path workspace) throws IOException {
    Path padded =
        TinyBundle.writeLogits(folder.resolve("padded"), HostileDocumentsTest::longChunks);
    Path words = folder.resolve("words");
    RateConfig config =
        new RateConfig(
            List.of(
                new RaterConfig.Bundle(words.toString(), "words_"),
                new RaterConfig.Bundle(padded.toString(), "padded_"),
                new RaterConfig.Statistics(List.of("compression_ratio"), "")),
            1,
            4096,
            2_000_000,
            RateConfig.TakeOver.EXACT,
            DeviceConfig.DEFAULT);
    List<String> texts = new ArrayList<>(NEIGHBOURS);
    texts.addAll(DOCUMENTS.values());
    Map<String, String> alone = rows(workspace.resolve("alone"), config, NEIGHBOURS);
    Map<String, String> together = rows(workspace.resolve("together"), config, texts);
    assertThat(alone).hasSize(NEIGHBOURS.size());
    assertThat(together).hasSize(texts.size()).containsAllEntriesOf(alone);
  }

  private static Map<String, String> rows(Path workspace, RateConfig config, List<String> texts)
      throws IOException {
    Finished<DocumentsTable> documents = TestDocuments.write(workspace, "documents", 3, texts);
    StageDirectory output =
        new StageDirectory(
            new org.apache.hadoop.fs.Path(workspace.resolve("rate/out").toString()),
            new Configuration());
    RateResult result = new RateJob().run(LocalSpark.context(), config, documents, output);
    assertThat(result.table().rows()).isEqualTo(texts.size());
    Map<String, String> rows = new TreeMap<>();
    for (Row row : LocalSpark.session().read().parquet(output.table().toString()).collectAsList()) {
      rows.put(
          HexFormat.of().formatHex(row.<byte[]>getAs("doc_id")),
          row.toString().replaceAll("\\[B@\\w+", ""));
    }
    return rows;
  }
}
