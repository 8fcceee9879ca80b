package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnRaterTest {
  private static Rating rate(Map<String, String> columns, String meta) {
    RatedDocument document = new RatedDocument(new byte[16], "source", 3, null, meta);
    return new ColumnRater(columns).rate(List.of(document)).get(0);
  }

  private static Rating rate(String meta) {
    return rate(Map.of("edu", "quality.edu"), meta);
  }

  private static Rating.Failure failure(String meta) {
    return rate(meta).whyMissing().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"quality": {"edu": 3.5}}            | 3.5
          {"quality.edu": -2, "quality": 7}    | -2
          {"quality": {"edu": 1.25E-7}}        | 1.25e-7
          {"quality": {"edu": 123456789012}}   | 123456789012
          {"quality": {"edu": true}}           | 1
          {"quality": {"edu": false}}          | 0
          {"quality": {"edu": " 0.87 "}}       | 0.87
          {"quality": {"edu": "+.5e1"}}        | 5
          {"quality": {"edu": "1."}}           | 1
          """)
  void numbersAreTakenFromTheNamedField(String meta, double score) {
    Rating rating = rate(meta);
    assertThat(rating.whyMissing()).isEmpty();
    assertThat(rating.scores()).containsExactly(score);
    assertThat(rating.chunks()).isZero();
  }

  @Property
  void everyDigitOfANumberIsKept(@ForAll @DoubleRange(min = -1e300, max = 1e300) double number) {
    assertThat(rate("{\"quality\":{\"edu\":" + number + "}}").scores())
        .containsExactly(number + 0.0);
    assertThat(rate("{\"quality\":{\"edu\":\"" + number + "\"}}").scores())
        .containsExactly(number + 0.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"quality": {"edu": "good"}} | quality.edu = "good"
          {"quality": {"edu": "NaN"}}  | quality.edu = "NaN"
          {"quality": {"edu": "0x1p3"}} | quality.edu = "0x1p3"
          {"quality": {"edu": "1f"}}   | quality.edu = "1f"
          {"quality": {"edu": "1e999"}} | quality.edu = "1e999"
          {"quality": {"edu": ""}}     | quality.edu = ""
          {"quality": {"edu": 1e999}}  | quality.edu = "Infinity"
          {"quality": {"edu": [1]}}    | quality.edu = [1]
          {"quality": {"edu": {"a": 1}}} | quality.edu = {"a":1}
          """)
  void whatIsNoNumberIsShown(String meta, String detail) {
    assertThat(failure(meta)).isEqualTo(new Rating.Failure("not-a-number", detail));
    assertThat(rate(meta).scores()).containsExactly(Double.NaN);
  }

  @Test
  void aMissingValueNamesItsPath() {
    Rating.Failure missing = new Rating.Failure("no-value", "no value at 'quality.edu'");
    assertThat(failure(null)).isEqualTo(missing);
    assertThat(failure("{\"quality\":{\"fun\":1}}")).isEqualTo(missing);
    assertThat(failure("{\"quality\":{\"edu\":null}}"))
        .isEqualTo(new Rating.Failure("no-value", "no value at 'quality.edu': null"));
  }

  @Test
  void aLongValueIsShownInPart() {
    assertThat(failure("{\"quality\":{\"edu\":\"" + "x".repeat(1000) + "\"}}").detail())
        .isEqualTo("quality.edu = \"" + "x".repeat(59) + "...");
  }

  @Test
  void fieldsThatAreNoObjectAreSaidToBeSo() {
    assertThat(failure("[1]")).isEqualTo(new Rating.Failure("bad-meta", "JSON, but not an object"));
    assertThat(failure("{\"quality\"").reason()).isEqualTo("bad-meta");
  }

  @Test
  void whatIsThereIsKeptWhereAnotherValueIsMissing() {
    Rating rating = rate(Map.of("b", "y", "a", "x", "c", "z"), "{\"x\":1,\"z\":3}");
    assertThat(rating.scores()).containsExactly(1, Double.NaN, 3);
    assertThat(rating.whyMissing()).contains(new Rating.Failure("no-value", "no value at 'y'"));
  }
}
