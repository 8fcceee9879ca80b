package io.gradus.jobs.preview;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.CurriculumProfile.Bin;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreviewJobTest {
  private static final StructType ORDER =
      new StructType()
          .add("doc_id", DataTypes.BinaryType)
          .add("n_tokens", DataTypes.IntegerType)
          .add("token_offset", DataTypes.LongType);
  private static final StructType RATINGS =
      new StructType()
          .add("doc_id", DataTypes.BinaryType)
          .add("difficulty", DataTypes.DoubleType)
          .add("odd.name", DataTypes.DoubleType);

  @TempDir Path folder;

  @Test
  void ratingsAreAveragedByTokensAlongTheRunAndThePageHoldsThem() {
    List<Row> order = new ArrayList<>();
    List<Row> ratings = new ArrayList<>();
    long offset = 0;
    for (int i = 0; i < 200; i++) {
      byte[] id = ByteBuffer.allocate(16).putInt(i).array();
      int tokens = i % 2 == 0 ? 5 : 15;
      order.add(RowFactory.create(id, tokens, offset));
      Double odd = null;
      if (i < 2) {
        odd = Double.NaN;
      } else if (i == 4) {
        odd = Double.POSITIVE_INFINITY;
      } else if (i > 4) {
        odd = 1.5;
      }
      ratings.add(RowFactory.create(id, (double) i, odd));
      offset += tokens;
    }
    StageDirectory orderFolder = directory("order");
    StageDirectory ratingsFolder = directory("ratings");
    LocalSpark.session()
        .createDataFrame(order, ORDER)
        .write()
        .parquet(orderFolder.table().toString());
    LocalSpark.session()
        .createDataFrame(ratings, RATINGS)
        .write()
        .parquet(ratingsFolder.table().toString());
    Map<String, Long> sources = Map.of("</script><b>", offset);
    CurriculumProfile profile =
        new CurriculumProfile(
            "ascending", "source", offset, 200, List.of(new Bin(0, offset, 200, 1, 0.5, sources)));
    new PreviewJob()
        .run(
            LocalSpark.context(),
            "<i>books</i>",
            profile,
            new Finished<>(orderFolder, new OrderTable(200, offset, "ascending", "source")),
            new Finished<>(
                ratingsFolder, new RatingsTable(List.of("difficulty", "odd.name"), 200, offset)),
            directory("preview"));
    Preview preview =
        Json.read(directory("preview").text(PreviewJob.DATA).orElseThrow(), Preview.class);
    // Each of 100 stretches has 20 tokens: 5 of an even document, 15 of the odd one after it.
    List<Double> difficulty = preview.criteria().get(0).means();
    assertThat(difficulty).hasSize(100);
    for (int stretch = 0; stretch < 100; stretch++) {
      assertThat(difficulty.get(stretch)).isEqualTo(2 * stretch + 0.75);
    }
    List<Double> odd = preview.criteria().get(1).means();
    assertThat(odd.subList(0, 2)).containsOnlyNulls();
    assertThat(odd.subList(2, 100)).containsOnly(1.5);
    String page = directory("preview").text(PreviewJob.PAGE).orElseThrow();
    assertThat(page)
        .contains("&lt;i&gt;books&lt;/i&gt;", "odd.name")
        .doesNotContain("</script><b>", "<i>books");
  }

  private StageDirectory directory(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), new Configuration());
  }
}
