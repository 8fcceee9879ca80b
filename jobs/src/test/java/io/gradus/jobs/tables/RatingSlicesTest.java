package io.gradus.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.selection.RatingScan;
import io.gradus.common.selection.RatingSlice;
import io.gradus.common.selection.RatingSlices;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.RatingBatches.RatingFile;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.jobs.tables.RatingsFixture.Rated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.RDDBlockId;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatingSlicesTest {
  private static final int FILES = 5;
  private static final int TOPICS = 7;

  /** Files of more than one batch. */
  private static final List<Rated> CORPUS = RatingsFixture.corpus(25_000, 11);

  @TempDir Path folder;

  private final JavaSparkContext spark =
      JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
  private final Set<Integer> persistedBefore = Set.copyOf(spark.getPersistentRDDs().keySet());
  private final RatingScan scan =
      new RatingScan(
          spark.broadcast(new SerializableConfiguration(new Configuration())),
          List.of("doc_id", "source", "n_tokens", "topic"),
          List.of("quality"),
          IntStream.range(0, 11).mapToObj(source -> "source-" + source).toList());

  @Test
  void rowsAreTheSameAndInOrderWithPlacesKeptForAnyNumberOfSlices() throws IOException {
    List<RatingFile> files = files();
    try (RatingSlices plain = RatingSlices.of(spark, files);
        RatingSlices placed = RatingSlices.withPlaces(spark, files, scan, TOPICS)) {
      List<String> expected = rows(plain, 1);
      assertThat(expected).hasSize(CORPUS.size()).doesNotHaveDuplicates();
      for (int slices : List.of(1, 2, 4, FILES)) {
        assertThat(rows(placed, slices)).isEqualTo(expected);
        assertThat(rows(plain, slices)).isEqualTo(expected);
      }
      assertThat(kept()).hasSize(1);
    }
    assertThat(kept()).isEmpty();
  }

  @Test
  void placesThatAreLostAreReadAnew() throws IOException {
    List<RatingFile> files = files();
    try (RatingSlices plain = RatingSlices.of(spark, files);
        RatingSlices placed = RatingSlices.withPlaces(spark, files, scan, TOPICS)) {
      List<String> expected = rows(plain, 1);
      assertThat(rows(placed, 2)).isEqualTo(expected);
      BlockManager blocks = SparkEnv.get().blockManager();
      int rdd = kept().iterator().next();
      assertThat(blocks.getStatus(new RDDBlockId(rdd, 4)).isDefined()).isTrue();
      blocks.removeBlock(new RDDBlockId(rdd, 1), true);
      blocks.removeBlock(new RDDBlockId(rdd, 4), true);
      assertThat(blocks.getStatus(new RDDBlockId(rdd, 4)).isEmpty()).isTrue();
      assertThat(rows(placed, 4)).isEqualTo(expected);
      assertThat(blocks.getStatus(new RDDBlockId(rdd, 4)).isDefined()).isTrue();
      blocks.removeRdd(rdd);
      assertThat(blocks.getStatus(new RDDBlockId(rdd, 0)).isEmpty()).isTrue();
      assertThat(rows(placed, 1)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"4096, has lost rows", "12288, has got more rows"})
  void aFileThatHasOtherRowsThanBeforeIsADefect(int documents, String message) throws IOException {
    RatingScan withoutTopics = scan.withColumns(List.of("doc_id", "source", "n_tokens"));
    RatingFile file = oneFile(8192);
    try (RatingSlices placed = RatingSlices.withPlaces(spark, List.of(file), withoutTopics, 0)) {
      assertThat(rows(placed, 1, withoutTopics)).hasSize(8192);
      Files.delete(Path.of(file.ratings()));
      // Batches are as large as before, but there is one less, or one more.
      assertThat(oneFile(documents)).isEqualTo(file);
      assertThatThrownBy(() -> rows(placed, 1, withoutTopics))
          .rootCause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(file + " " + message);
    }
  }

  private RatingFile oneFile(int documents) throws IOException {
    Finished<RatingsTable> ratings =
        RatingsFixture.write(folder.resolve("one"), RatingsFixture.corpus(documents, 11), 1);
    return new RatingFile(
        ratings.directory().table().toUri().getPath() + "/" + RatingsTable.fileName(0), "");
  }

  private Set<Integer> kept() {
    Set<Integer> kept = new HashSet<>(spark.getPersistentRDDs().keySet());
    kept.removeAll(persistedBefore);
    return kept;
  }

  private List<RatingFile> files() throws IOException {
    Finished<RatingsTable> ratings = RatingsFixture.write(folder.resolve("ratings"), CORPUS, FILES);
    Finished<TopicsTable> topics =
        RatingsFixture.writeTopics(
            folder.resolve("topics"), CORPUS, FILES, TOPICS, rated -> rated.tokens() % TOPICS);
    return IntStream.range(0, FILES)
        .mapToObj(RatingsTable::fileName)
        .map(
            name ->
                new RatingFile(
                    ratings.directory().table() + "/" + name,
                    topics.directory().table() + "/" + name))
        .toList();
  }

  private List<String> rows(RatingSlices slices, int count) {
    return rows(slices, count, scan);
  }

  private static List<String> rows(RatingSlices slices, int count, RatingScan scan) {
    return slices.map(count, (number, slice) -> rows(slice, scan)).collect().stream()
        .flatMap(List::stream)
        .toList();
  }

  private static List<String> rows(RatingSlice slice, RatingScan scan) throws IOException {
    List<String> rows = new ArrayList<>();
    scan.forEachBatch(
        slice,
        batch -> {
          for (int row = 0; row < batch.size; row++) {
            rows.add(
                Long.toHexString(batch.docIdHigh[row])
                    + " "
                    + batch.sources[row]
                    + " "
                    + batch.topics[row]
                    + " "
                    + batch.tokens[row]
                    + " "
                    + batch.scores[0][row]);
          }
        });
    return rows;
  }
}
