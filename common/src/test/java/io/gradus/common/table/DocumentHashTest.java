package io.gradus.common.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.workspace.Fingerprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class DocumentHashTest {
  @Test
  void theColumnsBucketIsThatOfTheDocument() {
    for (Row row :
        ids(200)
            .select(col("doc_id"), DocumentHash.bucket(col("doc_id"), 77).as("bucket"))
            .collectAsList()) {
      assertThat(row.<Integer>getAs("bucket"))
          .isEqualTo(DocumentsTable.bucket(row.getAs("doc_id"), 77));
    }
  }

  @Property
  void bucketsAscendWithTheId(
      @ForAll @Size(16) byte[] left,
      @ForAll @Size(16) byte[] right,
      @ForAll @IntRange(min = 1, max = 1_000_000) int buckets) {
    int byId = Arrays.compareUnsigned(left, right);
    int leftBucket = DocumentsTable.bucket(left, buckets);
    int rightBucket = DocumentsTable.bucket(right, buckets);
    assertThat(leftBucket).isBetween(0, buckets - 1);
    assertThat(Integer.signum(leftBucket - rightBucket) * Integer.signum(byId)).isNotNegative();
  }

  @Test
  void unitsAreSpreadEvenlyBetweenZeroAndOne() {
    List<Row> rows =
        ids(2_000)
            .select(DocumentHash.unit(DocumentHash.hash("test", 1, col("doc_id"))).as("unit"))
            .collectAsList();
    int[] tenths = new int[10];
    rows.forEach(row -> tenths[(int) (10 * row.<Double>getAs("unit"))]++);
    assertThat(Arrays.stream(tenths).boxed())
        .allSatisfy(count -> assertThat(count).isBetween(150, 250));
  }

  @Test
  void theEndsOfTheUnitAreNeverReached() {
    Row row =
        LocalSpark.session()
            .range(1)
            .select(DocumentHash.unit(lit(0L)).as("least"), DocumentHash.unit(lit(-1L)).as("most"))
            .first();
    assertThat(row.<Double>getAs("least")).isGreaterThan(0);
    assertThat(row.<Double>getAs("most")).isLessThan(1);
  }

  @Test
  void anotherPurposeOrSeedGivesOtherNumbers() {
    Row row =
        ids(1)
            .select(
                DocumentHash.hash("a", 1, col("doc_id")).as("one"),
                DocumentHash.hash("b", 1, col("doc_id")).as("two"),
                DocumentHash.hash("a", 2, col("doc_id")).as("three"))
            .first();
    assertThat(List.of(row.getAs("one"), row.getAs("two"), row.getAs("three")))
        .doesNotHaveDuplicates();
  }

  private static Dataset<Row> ids(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] text = Integer.toString(i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      rows.add(RowFactory.create(Arrays.copyOf(Fingerprint.newSha256().digest(text), 16)));
    }
    return LocalSpark.session()
        .createDataFrame(rows, new StructType().add("doc_id", DataTypes.BinaryType));
  }
}
