package io.gradus.jobs.sweep;

import io.gradus.common.configuration.Range;
import io.gradus.common.selection.KeyLadder;
import io.gradus.common.selection.Summary;
import io.gradus.jobs.sweep.SweepReport.Criterion;
import io.gradus.jobs.sweep.SweepReport.Figures;
import io.gradus.jobs.sweep.SweepReport.Share;
import io.gradus.jobs.sweep.SweepTotals.Ends;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The figures that follow from sums. */
final class SweepFigures {
  private static final int LISTED = 30;

  private final SweepTotals totals;
  private final Ends ends;
  private final List<String> criteria;
  private final List<Summary> overall;
  private final List<String> sources;
  private final int topics;
  private final long documents;

  SweepFigures(
      SweepTotals totals,
      Ends ends,
      List<String> criteria,
      List<Summary> overall,
      List<String> sources,
      int topics,
      long documents) {
    this.totals = totals;
    this.ends = ends;
    this.criteria = criteria;
    this.overall = overall;
    this.sources = sources;
    this.topics = topics;
    this.documents = documents;
  }

  SweepReport.Corpus corpus() {
    return new SweepReport.Corpus(
        Diversity.entropy(totals.corpus.sourceTokens),
        Diversity.entropy(totals.corpus.topicTokens),
        criteria(totals.corpus, 0),
        largest(totals.corpus.sourceTokens, sources));
  }

  Figures of(SweepGrid.Place place, SweepGrid.Family settings, int shortGroups) {
    SettingTotals family = totals.families[place.family()];
    int budget = place.budget();
    long tokens = family.tokens[budget];
    long[] bySource = family.of(family.sourceTokens, budget);
    long[] byTopic = family.of(family.topicTokens, budget);
    Diversity.Effective effective =
        settings.temperature() == 0
            ? Diversity.certain(family.copies[budget], family.squaredCopies[budget], documents)
            : Diversity.effective(
                family.moments(budget, totals.sampled), totals.sampled, documents);
    return new Figures(
        tokens,
        family.copies[budget],
        family.documents[budget],
        ratio(family.copies[budget], family.documents[budget]),
        family.qualityTokens[budget] == 0
            ? 0
            : ends.qualitySteps().value(family.quality[budget]) / family.qualityTokens[budget],
        effective.share(),
        effective.error(),
        effective.share() * documents,
        Diversity.entropy(bySource),
        Diversity.divergence(bySource, totals.corpus.sourceTokens),
        Diversity.entropy(byTopic),
        Diversity.divergence(byTopic, totals.corpus.topicTokens),
        ratio(family.tokensInTop[budget], tokens),
        ratio(family.tokensInUniform[budget], tokens),
        shortGroups,
        criteria(family, budget),
        largest(bySource, sources),
        largest(byTopic, IntStream.range(0, topics).mapToObj(Integer::toString).toList()));
  }

  /** A setting's tokens by source. */
  long[] tokensBySource(SweepGrid.Place place) {
    SettingTotals family = totals.families[place.family()];
    return family.of(family.sourceTokens, place.budget());
  }

  /** A setting's tokens by topic; empty without topics. */
  long[] tokensByTopic(SweepGrid.Place place) {
    SettingTotals family = totals.families[place.family()];
    return family.of(family.topicTokens, place.budget());
  }

  List<String> sources() {
    return sources;
  }

  private static double ratio(long part, long whole) {
    // Nothing has all that it could have.
    return whole == 0 ? 1 : (double) part / whole;
  }

  private static List<Share> largest(long[] tokens, List<String> names) {
    return IntStream.range(0, names.size())
        .mapToObj(i -> new Share(names.get(i), tokens[i]))
        .sorted(Comparator.comparingLong(Share::tokens).reversed())
        .limit(LISTED)
        .toList();
  }

  private List<Criterion> criteria(SettingTotals family, int budget) {
    List<Criterion> figures = new ArrayList<>();
    long[] cells = family.of(family.ratingCells, budget);
    for (int criterion = 0; criterion < criteria.size(); criterion++) {
      long tokens = family.ratedTokens[budget * criteria.size() + criterion];
      FixedPoint steps = ends.criterionCells().steps().get(criterion);
      double mean =
          tokens == 0
              ? 0
              : steps.value(family.ratings[budget * criteria.size() + criterion]) / tokens;
      List<Range> quantiles = quantiles(cells, criterion, tokens);
      figures.add(
          new Criterion(
              criteria.get(criterion),
              tokens,
              mean,
              steps.error(),
              quantiles.stream().map(range -> range.least() / 2 + range.most() / 2).toList(),
              quantiles.stream()
                  .mapToDouble(range -> range.most() / 2 - range.least() / 2)
                  .max()
                  .orElse(0)));
    }
    return figures;
  }

  /** Between which numbers the rating lies that the share of the tokens does not exceed. */
  private List<Range> quantiles(long[] cells, int criterion, long tokens) {
    CriterionCells layout = ends.criterionCells();
    KeyLadder ladder = layout.ladders().get(criterion);
    Summary summary = overall.get(criterion);
    List<Range> quantiles = new ArrayList<>();
    long below = 0;
    int place = -1;
    for (double share : SweepReport.QUANTILES) {
      while (below < share * tokens && place + 1 < ladder.count()) {
        place++;
        below += cells[layout.firstCells()[criterion] + place];
      }
      quantiles.add(
          tokens == 0
              ? new Range(0, 0)
              : ladder.within(Math.max(0, place), summary.minimum(), summary.maximum()));
    }
    return quantiles;
  }
}
