package io.gradus.jobs.ingest;

import static io.gradus.common.table.DocumentsTable.DOC_ID;
import static io.gradus.common.table.DocumentsTable.EXTERNAL_ID;
import static io.gradus.common.table.DocumentsTable.META;
import static io.gradus.common.table.DocumentsTable.SOURCE;
import static io.gradus.common.table.DocumentsTable.TOKENS;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveComparator;
import org.apache.spark.sql.Row;

/**
 * One record for each content among rows that come {@link DocumentRows#SURVIVOR_FIRST}. Which one
 * survives follows from the columns that the table keeps, so that survivors of parts can be
 * compared again: the smallest source, then external id, then meta, each with empty ones last, then
 * the smallest tokens, those that a record came with and those made of its text alike.
 */
final class DistinctDocuments {
  private static final Comparator<Binary> ASCENDING =
      PrimitiveComparator.UNSIGNED_LEXICOGRAPHICAL_BINARY_COMPARATOR;

  private final Iterator<Row> rows;
  private final Consumer<Row> duplicates;
  private Row ahead;

  /**
   * Goes through rows.
   *
   * @param duplicates told of each record that does not survive
   */
  DistinctDocuments(Iterator<Row> rows, Consumer<Row> duplicates) {
    this.rows = rows;
    this.duplicates = duplicates;
    this.ahead = rows.hasNext() ? rows.next() : null;
  }

  /**
   * A surviving record.
   *
   * @param row the first of its content
   * @param untokenized a record that differs from it only by having no tokens; null without one
   */
  record Survivor(Row row, Row untokenized) {
    byte[] docId() {
      return row.getAs(DOC_ID);
    }

    /**
     * Its tokens.
     *
     * @param encode makes tokens of the text of a row
     */
    Binary tokens(Function<Row, Binary> encode) {
      byte[] bytes = row.getAs(TOKENS);
      if (bytes == null) {
        return encode.apply(row);
      }
      Binary given = Binary.fromConstantByteArray(bytes);
      if (untokenized == null) {
        return given;
      }
      Binary made = encode.apply(untokenized);
      return ASCENDING.compare(made, given) < 0 ? made : given;
    }

    /** Whether it takes the place of a row of the table with the same content. */
    boolean replaces(Group other, Function<Row, Binary> encode) {
      for (String column : List.of(SOURCE, EXTERNAL_ID, META)) {
        int order = compare(bytes(row.getAs(column)), bytes(other, column));
        if (order != 0) {
          return order < 0;
        }
      }
      return ASCENDING.compare(tokens(encode), other.getBinary(TOKENS, 0)) < 0;
    }
  }

  /** The next content's survivor, or nothing at the end. */
  Optional<Survivor> next() {
    if (ahead == null) {
      return Optional.empty();
    }
    Row first = ahead;
    Row untokenized = null;
    ahead = null;
    while (rows.hasNext()) {
      Row row = rows.next();
      if (!Arrays.equals(row.<byte[]>getAs(DOC_ID), first.<byte[]>getAs(DOC_ID))) {
        ahead = row;
        break;
      }
      duplicates.accept(row);
      if (row.getAs(TOKENS) == null && first.getAs(TOKENS) != null && alike(row, first)) {
        untokenized = row;
      }
    }
    return Optional.of(new Survivor(first, untokenized));
  }

  private static boolean alike(Row one, Row other) {
    return List.of(SOURCE, EXTERNAL_ID, META).stream()
        .allMatch(column -> Objects.equals(one.<String>getAs(column), other.getAs(column)));
  }

  /** By the bytes as Spark sorts them; null comes last. */
  private static int compare(byte[] one, byte[] other) {
    if (one == null || other == null) {
      return Boolean.compare(one == null, other == null);
    }
    return Arrays.compareUnsigned(one, other);
  }

  private static byte[] bytes(String value) {
    return value == null ? null : value.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Group row, String column) {
    return row.getFieldRepetitionCount(column) == 0 ? null : row.getBinary(column, 0).getBytes();
  }
}
