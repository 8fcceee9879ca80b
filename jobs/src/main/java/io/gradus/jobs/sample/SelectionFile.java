package io.gradus.jobs.sample;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.TopicsTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * A file of the selection. Rows go straight to Parquet's record consumer, without an object for
 * each: a selection may have a hundred million rows.
 */
final class SelectionFile {
  private SelectionFile() {}

  /** A row on its way; one object serves for all rows of a file. */
  static final class SelectedRow {
    long docIdHigh;
    long docIdLow;
    Binary source;
    int topic;
    Binary group;
    int tokens;
    double score;
    double key;
    int repeat;
    double inclusion;
  }

  /** A field of a row, and how it is written. */
  private record Field(Type type, FieldWriter writer) {}

  @FunctionalInterface
  private interface FieldWriter {
    void write(SelectedRow row, RecordConsumer out);
  }

  private static final Field DOC_ID =
      new Field(
          Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID),
          (row, out) ->
              out.addBinary(
                  Binary.fromConstantByteArray(
                      ByteBuffer.allocate(2 * Long.BYTES)
                          .putLong(row.docIdHigh)
                          .putLong(row.docIdLow)
                          .array())));

  private static final Field SOURCE =
      new Field(string(DocumentsTable.SOURCE), (row, out) -> out.addBinary(row.source));

  private static final Field TOPIC =
      new Field(
          Types.required(PrimitiveTypeName.INT32).named(TopicsTable.TOPIC),
          (row, out) -> out.addInteger(row.topic));

  private static final Field GROUP =
      new Field(string(SelectionTable.GROUP), (row, out) -> out.addBinary(row.group));

  private static final Field TOKENS =
      new Field(
          Types.required(PrimitiveTypeName.INT32).named(DocumentsTable.N_TOKENS),
          (row, out) -> out.addInteger(row.tokens));

  private static final Field SCORE =
      new Field(number(SelectionTable.SCORE), (row, out) -> out.addDouble(row.score));

  private static final Field KEY =
      new Field(number(SelectionTable.KEY), (row, out) -> out.addDouble(row.key));

  private static final Field REPEAT =
      new Field(
          Types.required(PrimitiveTypeName.INT32).named(SelectionTable.REPEAT),
          (row, out) -> out.addInteger(row.repeat));

  private static final Field INCLUSION =
      new Field(number(SelectionTable.INCLUSION), (row, out) -> out.addDouble(row.inclusion));

  /** The selection's columns; topics are left out where there are none. */
  private static List<Field> selectionFields(int topics) {
    List<Field> fields = new ArrayList<>(List.of(DOC_ID, SOURCE));
    if (topics > 0) {
      fields.add(TOPIC);
    }
    fields.addAll(List.of(GROUP, TOKENS, SCORE, KEY, REPEAT, INCLUSION));
    return fields;
  }

  /** Opens a file of the selection; topics are left out where there are none. */
  static ParquetWriter<SelectedRow> selection(Configuration hadoop, Path path, int topics)
      throws IOException {
    return write(hadoop, path, selectionFields(topics));
  }

  /** Opens a file of the validation split. */
  static ParquetWriter<SelectedRow> validation(Configuration hadoop, Path path) throws IOException {
    return write(hadoop, path, List.of(DOC_ID, SOURCE, TOKENS, SCORE));
  }

  private static ParquetWriter<SelectedRow> write(
      Configuration hadoop, Path path, List<Field> fields) throws IOException {
    return ParquetRows.reproducible(new Builder(HadoopOutputFile.fromPath(path, hadoop), fields))
        .withConf(hadoop)
        .build();
  }

  private static Type string(String name) {
    return Types.required(PrimitiveTypeName.BINARY)
        .as(LogicalTypeAnnotation.stringType())
        .named(name);
  }

  private static Type number(String name) {
    return Types.required(PrimitiveTypeName.DOUBLE).named(name);
  }

  @SuppressWarnings("deprecation") // The deprecated method is the abstract one.
  private static final class Builder extends ParquetWriter.Builder<SelectedRow, Builder> {
    private final List<Field> fields;

    Builder(HadoopOutputFile file, List<Field> fields) {
      super(file);
      this.fields = fields;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<SelectedRow> getWriteSupport(Configuration configuration) {
      return new Support(fields);
    }
  }

  @SuppressWarnings("deprecation") // The deprecated method is the abstract one.
  private static final class Support extends WriteSupport<SelectedRow> {
    private final List<Field> fields;
    private RecordConsumer consumer;

    Support(List<Field> fields) {
      this.fields = fields;
    }

    @Override
    public WriteContext init(Configuration configuration) {
      return new WriteContext(
          new MessageType("selection", fields.stream().map(Field::type).toList()), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      this.consumer = recordConsumer;
    }

    @Override
    public void write(SelectedRow row) {
      consumer.startMessage();
      for (int i = 0; i < fields.size(); i++) {
        Field field = fields.get(i);
        consumer.startField(field.type().getName(), i);
        field.writer().write(row, consumer);
        consumer.endField(field.type().getName(), i);
      }
      consumer.endMessage();
    }
  }
}
