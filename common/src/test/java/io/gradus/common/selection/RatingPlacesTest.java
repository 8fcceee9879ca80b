package io.gradus.common.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.selection.RatingPlaces.PlacedBatch;
import io.gradus.common.table.RatingBatch;
import io.gradus.common.table.RatingBatches.RatingFile;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RatingPlacesTest {
  private static final RatingFile FILE = new RatingFile("part-00000.parquet", "");

  @Property
  void sourcesAndTopicsAreKept(
      @ForAll @IntRange(min = 1, max = 1 << 16) int sources,
      @ForAll @IntRange(min = 0, max = 1 << 16) int topics,
      @ForAll long seed) {
    Random random = new Random(seed);
    RatingBatch batch = new RatingBatch(100, 0);
    batch.size = 50;
    for (int row = 0; row < batch.size; row++) {
      batch.sources[row] = row == 0 ? sources - 1 : random.nextInt(sources);
      batch.topics[row] = topics == 0 ? 0 : row == 0 ? topics - 1 : random.nextInt(topics);
    }
    RatingPlaces places = RatingPlaces.of(sources, topics).orElseThrow();
    PlacedBatch placed = places.placed(FILE, batch);
    RatingBatch again = new RatingBatch(100, 0);
    again.size = 50;
    places.fill(again, placed);
    assertThat(again.sources).isEqualTo(batch.sources);
    assertThat(again.topics).isEqualTo(batch.topics);
  }

  @Test
  void moreSourcesAndTopicsThanANumberTellsApartHaveNoPlaces() {
    assertThat(RatingPlaces.of(1 << 22, 1 << 10)).isPresent();
    assertThat(RatingPlaces.of((1 << 22) + 1, 1 << 10)).isEmpty();
    assertThat(RatingPlaces.of(1 << 22, (1 << 10) + 1)).isEmpty();
    assertThat(RatingPlaces.of(Integer.MAX_VALUE, 0)).isPresent();
  }

  @Test
  void aFileThatHasChangedIsADefect() {
    RatingPlaces places = RatingPlaces.of(3, 0).orElseThrow();
    RatingBatch batch = new RatingBatch(100, 0);
    batch.size = 7;
    PlacedBatch placed = places.placed(FILE, batch);
    batch.size = 8;
    assertThatThrownBy(() -> places.fill(batch, placed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(FILE + " had a batch of 7 rows, now of 8");
  }

  @Test
  void aTopicThatThereIsNotIsADefect() {
    RatingPlaces places = RatingPlaces.of(3, 4).orElseThrow();
    RatingBatch batch = new RatingBatch(100, 0);
    batch.size = 7;
    batch.topics[5] = 4;
    assertThatThrownBy(() -> places.placed(FILE, batch))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(FILE + " has the topic 4");
  }
}
