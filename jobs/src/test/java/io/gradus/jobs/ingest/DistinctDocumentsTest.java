package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.table.DocumentsTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;

class DistinctDocumentsTest {
  /** Each number is a record of the same text with other fields; few of each, so that many tie. */
  private static Row row(int kind) {
    String[] few = {"a", "b", null};
    byte[][] tokens = {{1, 0}, {3, 0}, null};
    return new GenericRowWithSchema(
        new Object[] {
          0,
          new byte[16],
          few[kind % 2],
          few[kind / 2 % 3],
          utf8("text"),
          4,
          tokens[kind / 6 % 3],
          few[kind / 18 % 3],
          null
        },
        DocumentRows.SHUFFLED);
  }

  private static Binary encode(Row row) {
    int length = row.<byte[]>getAs(DocumentsTable.TEXT).length;
    return Binary.fromConstantByteArray(new byte[] {(byte) (length / 2), 0});
  }

  private static DistinctDocuments.Survivor survivor(List<Integer> kinds, List<Row> duplicates) {
    Comparator<byte[]> bytes = Comparator.nullsLast(Arrays::compareUnsigned);
    Comparator<Row> survivorFirst =
        Comparator.comparing(DistinctDocumentsTest::source, bytes)
            .thenComparing(row -> utf8(row.getAs(DocumentsTable.EXTERNAL_ID)), bytes)
            .thenComparing(row -> utf8(row.getAs(DocumentsTable.META)), bytes)
            .thenComparing(row -> row.<byte[]>getAs(DocumentsTable.TOKENS), bytes);
    List<Row> sorted =
        kinds.stream().map(DistinctDocumentsTest::row).sorted(survivorFirst).toList();
    DistinctDocuments documents = new DistinctDocuments(sorted.iterator(), duplicates::add);
    DistinctDocuments.Survivor survivor = documents.next().orElseThrow();
    assertThat(documents.next()).isEqualTo(Optional.empty());
    return survivor;
  }

  private static byte[] source(Row row) {
    return utf8(row.getAs(DocumentsTable.SOURCE));
  }

  private static byte[] utf8(String value) {
    return value == null ? null : value.getBytes(StandardCharsets.UTF_8);
  }

  private static Group table(DistinctDocuments.Survivor survivor) {
    return DocumentRows.table(
        survivor.row(),
        Binary.fromString("text"),
        survivor.tokens(DistinctDocumentsTest::encode),
        2);
  }

  @Property(tries = 2000)
  void survivorsOfTwoPartsHaveTheSurvivorOfAllAmongThem(
      @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 53) Integer> earlier,
      @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 53) Integer> added) {
    List<Row> duplicates = new ArrayList<>();
    Group before = table(survivor(earlier, duplicates));
    DistinctDocuments.Survivor now = survivor(added, duplicates);
    Group merged = now.replaces(before, DistinctDocumentsTest::encode) ? table(now) : before;

    List<Integer> all = new ArrayList<>(earlier);
    all.addAll(added);
    assertThat(merged.toString()).isEqualTo(table(survivor(all, new ArrayList<>())).toString());
    assertThat(duplicates).hasSize(all.size() - 2);
  }
}
