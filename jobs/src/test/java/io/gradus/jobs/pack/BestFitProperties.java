package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BestFitProperties {
  private static final int SEQUENCE = 16;

  @Property(tries = 500)
  void everyTokenOfEveryDocumentHasOnePlace(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 50) Integer> lengths) {
    long[] found = new long[lengths.size()];
    int[] filled = new int[1000];
    for (BestFit.Part part : pack(lengths)) {
      assertThat(part.tokens()).isPositive();
      assertThat(part.first()).isLessThan(lengths.get(part.document()));
      assertThat(part.offset()).isEqualTo(filled[part.sequence()]);
      filled[part.sequence()] += part.tokens();
      assertThat(filled[part.sequence()]).isLessThanOrEqualTo(SEQUENCE);
      found[part.document()] += part.tokens();
    }
    assertThat(found).containsExactly(lengths.stream().mapToLong(Integer::longValue).toArray());
  }

  @Property(tries = 500)
  void onlyDocumentsLongerThanASequenceAreCutAndOnlyWhereASequenceEnds(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 50) Integer> lengths) {
    for (BestFit.Part part : pack(lengths)) {
      int length = lengths.get(part.document());
      assertThat(part.first() % SEQUENCE).isZero();
      assertThat((long) part.tokens()).isEqualTo(Math.min(SEQUENCE, length - part.first()));
    }
  }

  @Property(tries = 500)
  void partsComeInTheOrderOfTheStreamAndSequencesInThatOfTheirFirstDocuments(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 50) Integer> lengths) {
    List<BestFit.Part> parts = pack(lengths);
    int sequence = 0;
    int firstDocument = 0;
    for (BestFit.Part part : parts) {
      assertThat(part.sequence()).isBetween(sequence, sequence + 1);
      if (part.offset() == 0) {
        assertThat(part.document()).isGreaterThanOrEqualTo(firstDocument);
        firstDocument = part.document();
      }
      assertThat(part.document()).isGreaterThanOrEqualTo(firstDocument);
      sequence = part.sequence();
    }
  }

  /** Of two sequences, the rests together are longer than a sequence: none could be spared. */
  @Property(tries = 500)
  void noTwoSequencesWouldFitIntoOne(
      @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 50) Integer> lengths) {
    List<BestFit.Part> parts = pack(lengths);
    int sequences = parts.get(parts.size() - 1).sequence() + 1;
    int[] filled = new int[sequences];
    parts.forEach(part -> filled[part.sequence()] += part.tokens());
    for (int left = 0; left < sequences; left++) {
      for (int right = left + 1; right < sequences; right++) {
        assertThat(filled[left] + filled[right]).isGreaterThan(SEQUENCE);
      }
    }
  }

  @Example
  void theTightestRoomIsTaken() {
    // 10 and 9 open sequences with room for 6 and 7; 6 fits the first without rest, 7 the second.
    assertThat(pack(List.of(10, 9, 7, 6)))
        .containsExactly(
            new BestFit.Part(0, 0, 10, 0, 0),
            new BestFit.Part(3, 0, 6, 0, 10),
            new BestFit.Part(1, 0, 9, 1, 0),
            new BestFit.Part(2, 0, 7, 1, 9));
  }

  @Example
  void aLongDocumentsRestIsPackedWithOthers() {
    assertThat(pack(List.of(4, 36)))
        .containsExactly(
            new BestFit.Part(0, 0, 4, 0, 0),
            new BestFit.Part(1, 32, 4, 0, 4),
            new BestFit.Part(1, 0, 16, 1, 0),
            new BestFit.Part(1, 16, 16, 2, 0));
  }

  private static List<BestFit.Part> pack(List<Integer> lengths) {
    return BestFit.pack(
        new ArrayList<>(lengths).stream().flatMapToLong(length -> LongStream.of(length)).toArray(),
        SEQUENCE);
  }
}
