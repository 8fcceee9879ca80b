package io.gradus.common.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.selection.Candidates.Candidate;
import io.gradus.common.selection.CutoffSearch.Cutoffs;
import io.gradus.common.selection.CutoffSearch.Ranges;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class CutoffSearchTest {
  private static final int GROUPS = 3;
  private static final int BITS = 3;

  @Property(tries = 500)
  void findsTheDocumentsThatASortWouldFind(
      @ForAll("documents") List<Candidate> documents,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    long[] budgets = new long[GROUPS];
    documents.forEach(row -> budgets[row.group()] += row.tokens() * row.copies());
    for (int group = 0; group < GROUPS; group++) {
      budgets[group] = Math.round(budgets[group] * share);
    }
    Cutoffs cutoffs = search(documents, budgets);
    long[] left = budgets.clone();
    for (Candidate row : documents.stream().sorted(Candidate.IN_ORDER).toList()) {
      long expected =
          row.tokens() == 0
              ? -1
              : Math.min(row.copies(), (left[row.group()] + row.tokens() - 1) / row.tokens());
      long copies =
          cutoffs.of(row.group(), row.image(), row.docIdHigh(), row.docIdLow(), row.copies());
      // An empty document matters to no budget; it is in where it comes before the last one.
      if (row.tokens() > 0) {
        assertThat(copies).as("%s of %s", row, documents).isEqualTo(Math.max(0, expected));
        left[row.group()] -= copies * row.tokens();
      }
    }
  }

  /** Goes on refining until each group has one candidate, whatever that takes. */
  private static Cutoffs search(List<Candidate> documents, long[] budgets) {
    CutoffSearch search = new CutoffSearch(budgets, 3);
    CellCounts first = new CellCounts();
    documents.forEach(
        row ->
            first.add(
                row.group(),
                KeyCells.cell(SelectionKey.ofImage(row.image()), BITS),
                row.tokens() * row.copies()));
    search.start(cells(first), BITS);
    while (search.candidates() > GROUPS) {
      Ranges ranges = search.ranges();
      RangeCounts finer = new RangeCounts(GROUPS);
      for (Candidate row : in(ranges, documents)) {
        finer.add(
            row.group(),
            ranges.cell(row.group(), row.image(), row.docIdHigh(), row.docIdLow()),
            row.image(),
            row.tokens() * row.copies());
      }
      search.refine(finer);
    }
    Candidates left = new Candidates();
    in(search.ranges(), documents)
        .forEach(
            row ->
                left.add(
                    row.group(),
                    row.image(),
                    row.docIdHigh(),
                    row.docIdLow(),
                    row.tokens(),
                    row.copies()));
    return search.resolve(left);
  }

  private static CutoffSearch.Cells cells(CellCounts counts) {
    CutoffSearch.Borders borders =
        new CutoffSearch.Borders() {
          @Override
          public long leastImage(int cell) {
            return SelectionKey.image(KeyCells.least(cell, BITS));
          }

          @Override
          public long greatestImage(int cell) {
            return SelectionKey.image(KeyCells.greatest(cell, BITS));
          }
        };
    return visitor ->
        counts.forEachDescending(
            (group, cell, tokens, documents) ->
                visitor.visit(group, cell, borders, tokens, documents));
  }

  private static List<Candidate> in(Ranges ranges, List<Candidate> documents) {
    return documents.stream()
        .filter(row -> ranges.contain(row.group(), row.image(), row.docIdHigh(), row.docIdLow()))
        .toList();
  }

  @Provide
  Arbitrary<List<Candidate>> documents() {
    Arbitrary<Double> keys =
        Arbitraries.oneOf(
            Arbitraries.of(
                0.0,
                1.0,
                -1.0,
                1e300,
                -1e300,
                Double.MIN_VALUE,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY),
            Arbitraries.doubles().between(-8, 8));
    // Few different halves, so that keys and first halves are often equal.
    Arbitrary<Long> halves = Arbitraries.of(0L, 1L, 2L, -1L, Long.MIN_VALUE, Long.MAX_VALUE);
    Arbitrary<Candidate> document =
        Combinators.combine(
                Arbitraries.integers().between(0, GROUPS - 1),
                keys,
                halves,
                Arbitraries.longs(),
                Arbitraries.longs().between(0, 50),
                Arbitraries.integers().between(1, 3))
            .as(
                (group, key, high, low, tokens, copies) ->
                    new Candidate(group, SelectionKey.image(key), high, low, tokens, copies));
    return document
        .list()
        .ofMaxSize(60)
        .map(
            list ->
                new ArrayList<>(
                    list.stream()
                        .collect(
                            Collectors.toMap(
                                row -> List.of(row.docIdHigh(), row.docIdLow()),
                                row -> row,
                                (one, other) -> one))
                        .values()));
  }

  @Test
  void aBudgetAboveAllTokensIsADefect() {
    CutoffSearch search = new CutoffSearch(new long[] {100}, 3);
    CellCounts counts = new CellCounts();
    counts.add(0, 5, 99);
    assertThatThrownBy(() -> search.start(cells(counts), BITS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Group 0 has only 99 of 100");
  }
}
