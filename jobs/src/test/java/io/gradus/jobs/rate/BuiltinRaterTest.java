package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BuiltinRaterTest {
  private static final String PHYSICS =
      "When you push a heavy box across the floor it resists at first and then slides more easily."
          + " The reason is that static friction, which must be overcome to start the motion, is"
          + " larger than kinetic friction, which acts once the surfaces slip. For example, a box"
          + " of 20 kilograms on wood may need 100 newtons to start, and only 60 to keep going.";
  private static final String CHAT =
      "heyyy whats up lol nothing here just chillin. did u see the match?? omg so bad. ok gtg,"
          + " call me later maybe, luv u byeee";
  private static final String ENCYCLOPEDIA =
      "Lake Baikal in Siberia is 636 kilometres long and 1,642 metres deep, and holds 23,600 cubic"
          + " kilometres of water. It became a World Heritage Site in 1996. Olkhon, its largest"
          + " island, has about 1,700 inhabitants.";
  private static final String MUSING =
      "I wonder whether anyone ever feels at home. Maybe you just get used to a place, and then"
          + " one day you notice that you have stopped asking. I do not know. It is late, and I"
          + " think too much.";
  private static final String SPECIALIST =
      "The semisimple quotient of the Iwahori-Hecke algebra at a root of unity is governed by the"
          + " decomposition matrices of the associated q-Schur algebra, whose canonical basis"
          + " entries are parabolic Kazhdan-Lusztig polynomials evaluated at one.";
  private static final String NURSERY =
      "Sam has a red ball. He throws the ball to Mia. Mia runs and gets it. They play until it is"
          + " time for lunch. Then they wash their hands and eat soup.";
  private static final String ESSAY =
      "The house had been shut for so long that the silence had acquired a texture of its own, a"
          + " kind of felt, into which our voices sank. We opened the windows one after another,"
          + " and the summer, which had been waiting outside with great patience, came in.";
  private static final String SCRAWL =
      "so we open teh window coz it smell realy bad in their lol. house was empty like 4ever!!"
          + " dunno who lived their b4. anyways we clean it up an then eat pizza";

  @TempDir static Path temporary;

  private OnnxRater rater;

  @BeforeAll
  void open() {
    Configuration hadoop = new Configuration();
    RaterBundle bundle = RaterBundle.find("builtin", hadoop);
    String folder =
        bundle.publish(new org.apache.hadoop.fs.Path(temporary.toString()), hadoop).toString();
    rater =
        ExecutorRaters.bundle(
                folder, bundle.digest(), new EngineSettings(512, 1, 2, 1), Hardware.CPU, hadoop)
            .rater();
  }

  private List<double[]> scores(List<String> texts) {
    return rater
        .rate(texts.stream().map(t -> new RatedDocument(new byte[16], "s", 1, t)).toList())
        .stream()
        .map(Rating::scores)
        .toList();
  }

  private double score(String criterion, String text) {
    return scores(List.of(text)).get(0)[rater.criteria().indexOf(criterion)];
  }

  @Test
  void ratesTheFourCriteriaOfQuRating() {
    assertThat(rater.criteria())
        .containsExactly(
            "writing_style", "required_expertise", "facts_and_trivia", "educational_value");
  }

  @Test
  void ranksTextsThatItsHeadsWereNotMadeOf() {
    assertThat(score("educational_value", PHYSICS)).isGreaterThan(score("educational_value", CHAT));
    assertThat(score("facts_and_trivia", ENCYCLOPEDIA))
        .isGreaterThan(score("facts_and_trivia", MUSING));
    assertThat(score("required_expertise", SPECIALIST))
        .isGreaterThan(score("required_expertise", NURSERY));
    assertThat(score("writing_style", ESSAY)).isGreaterThan(score("writing_style", SCRAWL));
  }

  @ParameterizedTest
  @CsvSource({"educational_value", "facts_and_trivia", "required_expertise", "writing_style"})
  void scoresOfOrdinaryTextsStayNearTheScaleOfTheAnchors(String criterion) {
    for (String text : List.of(PHYSICS, CHAT, ENCYCLOPEDIA, MUSING, SPECIALIST, NURSERY)) {
      assertThat(score(criterion, text)).isBetween(-1.5, 1.5);
    }
  }

  @Test
  void aScoreDoesNotDependOnCompanionsOrTheirOrder() {
    List<String> texts =
        List.of(PHYSICS, CHAT, ENCYCLOPEDIA, PHYSICS + " " + ESSAY.repeat(8), MUSING, NURSERY);
    List<double[]> alone = texts.stream().map(text -> scores(List.of(text)).get(0)).toList();
    assertThat(scores(texts)).usingRecursiveComparison().isEqualTo(alone);

    List<String> reversed = new ArrayList<>(texts);
    Collections.reverse(reversed);
    List<double[]> backwards = new ArrayList<>(scores(reversed));
    Collections.reverse(backwards);
    assertThat(backwards).usingRecursiveComparison().isEqualTo(alone);
  }

  @Test
  void concurrentTasksGetTheSameScores() {
    List<String> texts = List.of(PHYSICS, CHAT, ESSAY.repeat(6));
    List<double[]> expected = scores(texts);
    List<List<double[]>> concurrent =
        IntStream.range(0, 8).parallel().mapToObj(i -> scores(texts)).toList();
    assertThat(concurrent)
        .allSatisfy(found -> assertThat(found).usingRecursiveComparison().isEqualTo(expected));
  }

  @ParameterizedTest
  @MethodSource("hostileTexts")
  void hostileTextsAreRatedOrCountedAndChangeNoOtherScore(String name, String text) {
    double[] expected = scores(List.of(CHAT)).get(0);
    List<Rating> ratings =
        rater.rate(
            Stream.of(text, CHAT)
                .map(content -> new RatedDocument(new byte[16], "s", 1, content))
                .toList());
    assertThat(ratings.get(1).scores()).isEqualTo(expected);
    Rating hostile = ratings.get(0);
    assertThat(hostile.whyMissing().isPresent())
        .as(name)
        .isNotEqualTo(DoubleStream.of(hostile.scores()).allMatch(Double::isFinite));
  }

  static Stream<Arguments> hostileTexts() {
    return Stream.of(
        Arguments.of("empty", ""),
        Arguments.of("one character", "x"),
        Arguments.of("control characters", "\u0001\u0002\u001b\u007f"),
        Arguments.of("NUL", "a\0b"),
        Arguments.of("an unpaired surrogate", "a\ud800b"),
        Arguments.of("combining marks", "e" + "\u0301".repeat(100_000)),
        Arguments.of("no white space", "x".repeat(3_000_000)),
        Arguments.of("right to left", "\u202e שלום עולם مرحبا"),
        Arguments.of("emoji sequences", "👩‍👩‍👧‍👦🏳️‍🌈"));
  }

  @Test
  void longTextsAreCutInsteadOfTruncated() {
    String once = PHYSICS + " ";
    Rating rating =
        rater.rate(List.of(new RatedDocument(new byte[16], "s", 1, once.repeat(20)))).get(0);
    Rating part = rater.rate(List.of(new RatedDocument(new byte[16], "s", 1, once))).get(0);
    assertThat(rating.tokens()).isEqualTo(20 * part.tokens());
    assertThat(rating.chunks()).isEqualTo((int) Math.ceil(20 * part.tokens() / 254.0));
  }

  @Test
  void segmentsOfLongTextsGiveTheTokensOfTheWhole() {
    String word = "unfriendliness ";
    String text = word.repeat(RaterTokenizer.SEGMENT / word.length() + 5000);
    Rating single = rater.rate(List.of(new RatedDocument(new byte[16], "s", 1, word))).get(0);
    int words = text.length() / word.length();
    try (RaterTokenizer tokenizer = tokenizer()) {
      assertThat(tokenizer.encode(text)).hasSize((int) (words * single.tokens()));
    }
  }

  private static RaterTokenizer tokenizer() {
    try {
      return new RaterTokenizer(
          Path.of(
              BuiltinRaterTest.class
                  .getResource("/io/gradus/raters/builtin/tokenizer.json")
                  .toURI()),
          RaterDefinition.SpecialTokens.ADD,
          "test");
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void segmentsNeverSplitASurrogatePair() {
    String text = "x" + "😀".repeat(RaterTokenizer.SEGMENT / 2 + 10);
    int end = RaterTokenizer.segmentEnd(text, 0, RaterTokenizer.SEGMENT);
    assertThat(end).isEqualTo(RaterTokenizer.SEGMENT - 1);
    assertThat(text.substring(0, end)).endsWith("😀");
  }
}
