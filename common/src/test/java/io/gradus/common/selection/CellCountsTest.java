package io.gradus.common.selection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CellCountsTest {
  @Property
  void holdsTheSumsOfEachCellHoweverItWasMerged(
      @ForAll @Size(max = 200) List<@IntRange(min = -9, max = 9) Integer> cells,
      @ForAll @IntRange(min = 0, max = 200) int cut) {
    CellCounts first = new CellCounts();
    CellCounts second = new CellCounts();
    Map<Integer, Map<Integer, Long>> expected = new TreeMap<>();
    for (int i = 0; i < cells.size(); i++) {
      int group = i % 3;
      (i < cut ? first : second).add(group, cells.get(i), i);
      expected
          .computeIfAbsent(group, g -> new TreeMap<>(Comparator.reverseOrder()))
          .merge(cells.get(i), (long) i, Long::sum);
    }
    List<String> visited = new ArrayList<>();
    first
        .addAll(second)
        .forEachDescending(
            (group, cell, tokens, documents) -> visited.add(group + " " + cell + " " + tokens));
    List<String> wanted = new ArrayList<>();
    expected.forEach(
        (group, sums) ->
            sums.forEach((cell, tokens) -> wanted.add(group + " " + cell + " " + tokens)));
    assertThat(visited).isEqualTo(wanted);
  }

  @Test
  void isSentWithoutItsFreePlaces() throws IOException, ClassNotFoundException {
    CellCounts counts = new CellCounts();
    for (int i = 0; i < 3000; i++) {
      counts.add(i, -i, i);
    }
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(sent)) {
      out.writeObject(counts);
    }
    assertThat(sent.size()).isLessThan(3000 * 24 + 1000);
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(sent.toByteArray()))) {
      CellCounts received = (CellCounts) in.readObject();
      List<String> visited = new ArrayList<>();
      // What was received can be added to.
      received
          .addAll(counts)
          .forEachDescending(
              (group, cell, tokens, documents) ->
                  visited.add(group + " " + cell + " " + tokens + " " + documents));
      assertThat(visited).hasSize(3000).contains("0 0 0 2", "2999 -2999 5998 2");
    }
  }

  @Test
  void growsAsCellsComeIn() {
    CellCounts counts = new CellCounts();
    for (int i = 0; i < 100_000; i++) {
      counts.add(i % 1000, Integer.MIN_VALUE + i, 2);
      counts.add(i % 1000, Integer.MIN_VALUE + i, 3);
    }
    assertThat(counts.size()).isEqualTo(100_000);
    counts.forEachDescending(
        (group, cell, tokens, documents) -> {
          assertThat(tokens).isEqualTo(5);
          assertThat(documents).isEqualTo(2);
        });
  }
}
