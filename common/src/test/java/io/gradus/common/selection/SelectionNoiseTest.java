package io.gradus.common.selection;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentHash;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class SelectionNoiseTest {
  @Test
  void isTheNumberThatDocumentHashGivesAsAColumn() {
    SplittableRandom random = new SplittableRandom(7);
    long seed = random.nextLong();
    List<Row> docIds = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] docId =
          ByteBuffer.allocate(16).putLong(random.nextLong()).putLong(random.nextLong()).array();
      docIds.add(RowFactory.create((Object) docId));
    }
    SelectionNoise noise = new SelectionNoise("sample", seed);
    for (Row row :
        LocalSpark.session()
            .createDataFrame(docIds, new StructType().add("doc_id", DataTypes.BinaryType))
            .withColumn("unit", DocumentHash.unit(DocumentHash.hash("sample", seed, col("doc_id"))))
            .collectAsList()) {
      ByteBuffer docId = ByteBuffer.wrap(row.<byte[]>getAs("doc_id"));
      assertThat(noise.unit(docId.getLong(), docId.getLong())).isEqualTo(row.<Double>getAs("unit"));
    }
  }

  @Property
  void gumbelNoiseFollowsFromTheUniformNumber(@ForAll long high, @ForAll long low) {
    SelectionNoise noise = new SelectionNoise("sample", 1);
    double gumbel = noise.gumbel(high, low);
    assertThat(Math.exp(-Math.exp(-gumbel))).isCloseTo(noise.unit(high, low), within(1e-12));
  }
}
