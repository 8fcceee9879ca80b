package io.gradus.jobs.rate;

import java.util.Arrays;
import java.util.List;

/** Measures whole texts, without a model. */
final class StatisticsRater implements TextRater {
  private final List<Statistic> statistics;

  StatisticsRater(List<String> criteria) {
    this.statistics = criteria.stream().map(Statistic::of).toList();
  }

  @Override
  public List<String> criteria() {
    return statistics.stream().map(Statistic::criterion).toList();
  }

  @Override
  public Rating rate(String text) {
    TextMeasures measures = new TextMeasures(text);
    double[] scores = statistics.stream().mapToDouble(s -> s.of(measures)).toArray();
    if (Arrays.stream(scores).allMatch(Double::isFinite)) {
      return Rating.scored(scores, 1, 0);
    }
    return Rating.failed(
        scores,
        1,
        0,
        new Rating.Failure(
            Rating.Failure.UNDEFINED, measures.words() + " words are too few to measure"));
  }
}
