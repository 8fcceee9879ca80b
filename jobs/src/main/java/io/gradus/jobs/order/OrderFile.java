package io.gradus.jobs.order;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.SelectionTable;
import java.io.IOException;
import java.nio.ByteBuffer;
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

/** A file of the order, written row by row without an object for each. */
final class OrderFile {
  private OrderFile() {}

  /** A row on its way; one object serves for all rows of a file. */
  static final class Row {
    Rows rows;
    int number;
    Binary source;
    long position;
    long tokenOffset;
  }

  private record Field(Type type, FieldWriter writer) {}

  @FunctionalInterface
  private interface FieldWriter {
    void write(Row row, RecordConsumer out);
  }

  private static final List<Field> FIELDS =
      List.of(
          new Field(
              Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID),
              (row, out) ->
                  out.addBinary(
                      Binary.fromConstantByteArray(
                          ByteBuffer.allocate(2 * Long.BYTES)
                              .putLong(row.rows.docIdHigh[row.number])
                              .putLong(row.rows.docIdLow[row.number])
                              .array()))),
          new Field(
              Types.required(PrimitiveTypeName.BINARY)
                  .as(LogicalTypeAnnotation.stringType())
                  .named(DocumentsTable.SOURCE),
              (row, out) -> out.addBinary(row.source)),
          new Field(
              number(PrimitiveTypeName.INT32, SelectionTable.REPEAT),
              (row, out) -> out.addInteger(row.rows.repeat[row.number])),
          new Field(
              number(PrimitiveTypeName.INT32, DocumentsTable.N_TOKENS),
              (row, out) -> out.addInteger(row.rows.tokens[row.number])),
          new Field(
              number(PrimitiveTypeName.INT64, OrderTable.POSITION),
              (row, out) -> out.addLong(row.position)),
          new Field(
              number(PrimitiveTypeName.INT64, OrderTable.TOKEN_OFFSET),
              (row, out) -> out.addLong(row.tokenOffset)),
          new Field(
              number(PrimitiveTypeName.DOUBLE, OrderTable.QUANTILE),
              (row, out) -> out.addDouble(row.rows.quantile[0][row.number])),
          new Field(
              number(PrimitiveTypeName.DOUBLE, SelectionTable.SCORE),
              (row, out) -> out.addDouble(row.rows.score[row.number])));

  /** Opens a new file. */
  static ParquetWriter<Row> write(Configuration hadoop, Path path) throws IOException {
    return ParquetRows.reproducible(new Builder(HadoopOutputFile.fromPath(path, hadoop)))
        .withConf(hadoop)
        .build();
  }

  private static Type number(PrimitiveTypeName type, String name) {
    return Types.required(type).named(name);
  }

  @SuppressWarnings("deprecation") // The deprecated method is the abstract one.
  private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
    Builder(HadoopOutputFile file) {
      super(file);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Row> getWriteSupport(Configuration configuration) {
      return new Support();
    }
  }

  @SuppressWarnings("deprecation") // The deprecated method is the abstract one.
  private static final class Support extends WriteSupport<Row> {
    private RecordConsumer consumer;

    @Override
    public WriteContext init(Configuration configuration) {
      return new WriteContext(
          new MessageType("order", FIELDS.stream().map(Field::type).toList()), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      this.consumer = recordConsumer;
    }

    @Override
    public void write(Row row) {
      consumer.startMessage();
      for (int i = 0; i < FIELDS.size(); i++) {
        Field field = FIELDS.get(i);
        consumer.startField(field.type().getName(), i);
        field.writer().write(row, consumer);
        consumer.endField(field.type().getName(), i);
      }
      consumer.endMessage();
    }
  }
}
