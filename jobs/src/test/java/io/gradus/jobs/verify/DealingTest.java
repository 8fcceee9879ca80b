package io.gradus.jobs.verify;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.spark_partition_id;
import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.spark.LocalSpark;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class DealingTest {
  private final Dataset<Row> rows =
      LocalSpark.session().range(1000).select(col("id").mod(100).as("key"), col("id"));

  @Test
  void manyRowsAreDealtToManyTasksThoseOfAKeyToOne() {
    Dataset<Row> dealt = Dealing.deal(rows, 30L << 20, "key");

    assertThat(dealt.javaRDD().getNumPartitions()).isEqualTo(30);
    assertThat(dealt.count()).isEqualTo(1000);
    assertThat(dealt.select(col("key"), spark_partition_id()).distinct().count()).isEqualTo(100);
  }

  @Test
  void fewRowsAreLeftToSpark() {
    assertThat(Dealing.deal(rows, 1 << 20, "key")).isSameAs(rows);
  }
}
