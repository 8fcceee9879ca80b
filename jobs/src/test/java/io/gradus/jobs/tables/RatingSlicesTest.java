package io.gradus.jobs.tables;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatingSlicesTest {
  private static final int FILES = 5;
  private static final int TOPICS = 7;

  /** Files of more than one batch. */
  private static final List<Rated> CORPUS = RatingsFixture.corpus(25_000, 11);

  @TempDir Path folder;

  @Test
  void rowsAreTheSameAndInOrderWithPlacesKeptForAnyNumberOfSlices() throws IOException {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
    RatingScan scan =
        new RatingScan(
            spark.broadcast(new SerializableConfiguration(new Configuration())),
            List.of("doc_id", "source", "n_tokens", "topic"),
            List.of("quality"),
            IntStream.range(0, 11).mapToObj(source -> "source-" + source).toList());
    List<RatingFile> files = files();
    try (RatingSlices plain = RatingSlices.of(spark, files);
        RatingSlices placed = RatingSlices.withPlaces(spark, files, scan, TOPICS)) {
      List<String> expected = rows(plain, 1, scan);
      assertThat(expected).hasSize(CORPUS.size()).doesNotHaveDuplicates();
      for (int slices : List.of(1, 2, 4, FILES)) {
        assertThat(rows(placed, slices, scan)).isEqualTo(expected);
        assertThat(rows(plain, slices, scan)).isEqualTo(expected);
      }
      assertThat(spark.getPersistentRDDs()).isNotEmpty();
    }
    assertThat(spark.getPersistentRDDs()).isEmpty();
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
