package io.gradus.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.jobs.sample.RadixCutoff.Candidate;
import io.gradus.jobs.sample.RadixCutoff.Cutoff;
import io.gradus.jobs.sample.RadixCutoff.Mass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class RadixCutoffTest {

  @Property(tries = 300)
  void findsTheRowThatASortWouldFind(
      @ForAll("rows") List<Candidate> rows, @ForAll @DoubleRange(min = 0, max = 1) double share) {
    long total = rows.stream().mapToLong(Candidate::tokens).sum();
    long budget = Math.max(1, Math.round(total * share));

    List<Candidate> sorted = new ArrayList<>(rows);
    sorted.sort(
        Comparator.<Candidate>comparingDouble(row -> -SelectionKey.key(row.image()))
            .thenComparing(Candidate::docId));
    long tokens = 0;
    int documents = 0;
    while (tokens < budget) {
      tokens += sorted.get(documents++).tokens();
    }

    Cutoff cutoff = radix(rows, budget);
    assertThat(cutoff.docId()).isEqualTo(sorted.get(documents - 1).docId());
    assertThat(cutoff.tokens()).isEqualTo(tokens);
    assertThat(cutoff.documents()).isEqualTo(documents);
  }

  /** Refines through all the digits of the key before it looks at rows. */
  private static Cutoff radix(List<Candidate> rows, long budget) {
    RadixCutoff cutoff = new RadixCutoff(budget);
    List<Candidate> left = rows;
    for (int digit = 0; digit < 4; digit++) {
      int shift = 48 - 16 * digit;
      TreeMap<Integer, Mass> histogram = new TreeMap<>();
      for (Candidate row : left) {
        histogram.merge(
            (int) (row.image() >>> shift & 0xffff),
            new Mass(row.tokens(), 1),
            (a, b) -> new Mass(a.tokens() + b.tokens(), a.documents() + b.documents()));
      }
      cutoff.refine(histogram);
      int found = cutoff.prefix().get(digit);
      left = left.stream().filter(row -> (row.image() >>> shift & 0xffff) == found).toList();
      assertThat(cutoff.candidates()).isEqualTo(left.size());
    }
    return cutoff.resolve(left);
  }

  @Provide
  Arbitrary<List<Candidate>> rows() {
    Arbitrary<Double> keys =
        Arbitraries.oneOf(
            Arbitraries.doubles().between(-20, 20),
            Arbitraries.of(0.0, -0.0, 1.5, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    return Combinators.combine(
            keys,
            Arbitraries.strings().withChars("0123456789ABCDEF").ofLength(32),
            Arbitraries.longs().between(1, 5_000))
        .as((key, docId, tokens) -> new Candidate(SelectionKey.image(key), docId, tokens))
        .list()
        .uniqueElements(Candidate::docId)
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  @Property
  void largerKeysHaveLargerImages(@ForAll double left, @ForAll double right) {
    int byImage = Long.compareUnsigned(SelectionKey.image(left), SelectionKey.image(right));
    assertThat(Integer.signum(byImage)).isEqualTo(Double.compare(left + 0.0, right + 0.0));
    assertThat(SelectionKey.key(SelectionKey.image(left))).isEqualTo(left + 0.0);
  }

  @Test
  void rowsThatDoNotReachTheBudgetAreADefect() {
    RadixCutoff cutoff = new RadixCutoff(10);
    assertThatThrownBy(() -> cutoff.refine(new TreeMap<>()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The rows have only 0 of 10 tokens");
  }
}
