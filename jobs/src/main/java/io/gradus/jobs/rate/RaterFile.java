package io.gradus.jobs.rate;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.RatingsTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * One rater's ratings of one bucket: {@code doc_id}, {@code source}, {@code n_tokens}, {@code
 * n_chunks}, {@code n_rater_tokens}, {@code failure}, {@code detail} and the rater's criteria.
 * Whatever is counted about a rater is counted from these rows, so that the counts are exact
 * however often the work was interrupted.
 */
final class RaterFile {
  static final String N_RATER_TOKENS = "n_rater_tokens";
  static final String FAILURE = "failure";
  static final String DETAIL = "detail";

  private RaterFile() {}

  /** A row: the rated document, without its text, and its rating. */
  record Row(RatedDocument document, Rating rating) {}

  /** The columns of the ratings table. */
  static MessageType ratingsSchema(List<String> criteria) {
    return schema("ratings", List.of(), criteria);
  }

  private static MessageType raterSchema(List<String> criteria) {
    return schema(
        "rater",
        List.of(
            Types.required(PrimitiveTypeName.INT64).named(N_RATER_TOKENS),
            optionalString(FAILURE),
            optionalString(DETAIL)),
        criteria);
  }

  private static MessageType schema(String name, List<Type> middle, List<String> criteria) {
    List<Type> fields = new ArrayList<>();
    fields.add(Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID));
    fields.add(
        Types.required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(DocumentsTable.SOURCE));
    fields.add(Types.required(PrimitiveTypeName.INT32).named(DocumentsTable.N_TOKENS));
    fields.add(Types.required(PrimitiveTypeName.INT32).named(RatingsTable.N_CHUNKS));
    fields.addAll(middle);
    for (String criterion : criteria) {
      fields.add(Types.optional(PrimitiveTypeName.DOUBLE).named(criterion));
    }
    return new MessageType(name, fields);
  }

  private static Type optionalString(String name) {
    return Types.optional(PrimitiveTypeName.BINARY)
        .as(LogicalTypeAnnotation.stringType())
        .named(name);
  }

  /** Puts what the ratings table and a rater's file have in common into a row. */
  static void fill(
      Group group, RatedDocument document, int chunks, List<String> criteria, double[] scores) {
    group.add(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(document.docId()));
    group.add(DocumentsTable.SOURCE, document.source());
    group.add(DocumentsTable.N_TOKENS, document.tokens());
    group.add(RatingsTable.N_CHUNKS, chunks);
    for (int i = 0; i < scores.length; i++) {
      if (Double.isFinite(scores[i])) {
        group.add(criteria.get(i), scores[i]);
      }
    }
  }

  /** Writes a rater's file row by row. */
  static final class Writer implements AutoCloseable {
    private final List<String> criteria;
    private final SimpleGroupFactory rows;
    private final ParquetWriter<Group> writer;

    Writer(Configuration hadoop, Path path, List<String> criteria) throws IOException {
      MessageType schema = raterSchema(criteria);
      this.criteria = criteria;
      this.rows = new SimpleGroupFactory(schema);
      this.writer = ParquetRows.write(hadoop, path, schema);
    }

    void write(RatedDocument document, Rating rating) throws IOException {
      Group group = rows.newGroup();
      fill(group, document, rating.chunks(), criteria, rating.scores());
      group.add(N_RATER_TOKENS, rating.tokens());
      rating
          .whyMissing()
          .ifPresent(
              failure -> {
                group.add(FAILURE, failure.reason());
                group.add(DETAIL, failure.detail());
              });
      writer.write(group);
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }

  /** Reads a rater's file row by row. */
  static final class Reader implements AutoCloseable {
    private final List<String> criteria;
    private final ParquetRows.Reader reader;

    Reader(Configuration hadoop, Path path, List<String> criteria) throws IOException {
      this.criteria = criteria;
      List<String> columns =
          new ArrayList<>(
              List.of(
                  DocumentsTable.DOC_ID,
                  DocumentsTable.SOURCE,
                  DocumentsTable.N_TOKENS,
                  RatingsTable.N_CHUNKS,
                  N_RATER_TOKENS,
                  FAILURE,
                  DETAIL));
      columns.addAll(criteria);
      this.reader = ParquetRows.read(hadoop, path, columns.toArray(String[]::new));
    }

    Optional<Row> next() throws IOException {
      return reader.next().map(this::row);
    }

    private Row row(Group group) {
      RatedDocument document = document(group, null, null);
      double[] scores =
          criteria.stream()
              .mapToDouble(
                  name ->
                      group.getFieldRepetitionCount(name) == 0
                          ? Double.NaN
                          : group.getDouble(name, 0))
              .toArray();
      Rating.Failure failure =
          group.getFieldRepetitionCount(FAILURE) == 0
              ? null
              : new Rating.Failure(group.getString(FAILURE, 0), group.getString(DETAIL, 0));
      return new Row(
          document,
          new Rating(
              scores,
              group.getInteger(RatingsTable.N_CHUNKS, 0),
              group.getLong(N_RATER_TOKENS, 0),
              failure,
              List.of()));
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  /** The document of a row that has {@code doc_id}, {@code source} and {@code n_tokens}. */
  static RatedDocument document(Group group, String text, String meta) {
    return new RatedDocument(
        group.getBinary(DocumentsTable.DOC_ID, 0).getBytes(),
        group.getString(DocumentsTable.SOURCE, 0),
        group.getInteger(DocumentsTable.N_TOKENS, 0),
        text,
        meta);
  }
}
