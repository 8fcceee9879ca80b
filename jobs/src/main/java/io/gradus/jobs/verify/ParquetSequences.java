package io.gradus.jobs.verify;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * The list column {@code input_ids} of one Parquet file, value by value with its repetition level,
 * one row group in memory at a time. Each byte is read once but the footer's.
 */
final class ParquetSequences implements TokenReader {
  private final DigestedFile bytes;
  private final ParquetFileReader file;
  private final int sequenceLength;
  private final ColumnDescriptor column;
  private ColumnReader values;
  private long leftInGroup;
  private long read;

  /** Opens a file whose schema {@link #check} has accepted. */
  private ParquetSequences(DigestedFile bytes, ParquetFileReader file, int sequenceLength) {
    this.bytes = bytes;
    this.file = file;
    this.sequenceLength = sequenceLength;
    this.column = file.getFileMetaData().getSchema().getColumns().get(0);
  }

  /**
   * Opens a file.
   *
   * @throws IOException when it is no Parquet file or has another schema or number of rows
   */
  static ParquetSequences open(Configuration hadoop, Path path, long rows, int sequenceLength)
      throws IOException {
    DigestedFile bytes = new DigestedFile(hadoop, path);
    ParquetFileReader file = ParquetFileReader.open(bytes);
    try {
      check(file, rows);
      // Row groups follow one another, all columns of each: what is before the first comes now.
      if (!file.getRowGroups().isEmpty()) {
        bytes.digestTo(file.getRowGroups().get(0).getStartingPos());
      }
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
    return new ParquetSequences(bytes, file, sequenceLength);
  }

  private static void check(ParquetFileReader file, long rows) throws IOException {
    MessageType schema = file.getFileMetaData().getSchema();
    List<ColumnDescriptor> columns = schema.getColumns();
    boolean list =
        (columns.size() == 1 || (columns.size() == 2 && isLengths(columns.get(1))))
            && List.of(columns.get(0).getPath()).equals(List.of("input_ids", "list", "element"))
            && columns.get(0).getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT32
            && columns.get(0).getMaxRepetitionLevel() == 1
            && columns.get(0).getMaxDefinitionLevel() == 1;
    if (!list) {
      throw new IOException("its columns are " + columns + " instead of a list input_ids of int32");
    }
    if (file.getRecordCount() != rows) {
      throw new IOException(
          String.format("it holds %,d rows instead of %,d", file.getRecordCount(), rows));
    }
  }

  /** Where documents end in each sequence, which is written when it is wanted. */
  private static boolean isLengths(ColumnDescriptor column) {
    return List.of(column.getPath()).equals(List.of(SequenceLengths.COLUMN, "list", "element"));
  }

  @Override
  public void read(int[] buffer, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      if (leftInGroup == 0) {
        nextGroup();
      }
      boolean first = read % sequenceLength == 0;
      if (values.getCurrentDefinitionLevel() != 1
          || values.getCurrentRepetitionLevel() != (first ? 0 : 1)) {
        throw wrongLength(first && read > 0 ? read - 1 : read);
      }
      buffer[i] = values.getInteger();
      values.consume();
      leftInGroup--;
      read++;
      // At its end the column reader stands on level 0, as at the beginning of a row.
      if (leftInGroup == 0 && values.getCurrentRepetitionLevel() != 0) {
        throw wrongLength(read - 1);
      }
    }
  }

  private IOException wrongLength(long token) {
    return new IOException(
        String.format("row %,d does not hold %,d tokens", token / sequenceLength, sequenceLength));
  }

  private void nextGroup() throws IOException {
    PageReadStore pages = file.readNextRowGroup();
    if (pages == null) {
      throw new EOFException("the file ends within the sequences that it should hold");
    }
    FileMetaData metadata = file.getFileMetaData();
    values =
        new ColumnReadStoreImpl(
                pages, new NoRecords(2), metadata.getSchema(), metadata.getCreatedBy())
            .getColumnReader(column);
    leftInGroup = pages.getRowCount() * sequenceLength;
  }

  @Override
  public String sha256() throws IOException {
    return bytes.sha256();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Parquet asks for converters to records, which a reader of bare columns has no use for. */
  static final class NoRecords extends GroupConverter {
    private final int groupsBelow;

    NoRecords(int groupsBelow) {
      this.groupsBelow = groupsBelow;
    }

    @Override
    public Converter getConverter(int fieldIndex) {
      return groupsBelow == 0 ? new NoValues() : new NoRecords(groupsBelow - 1);
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }

  private static final class NoValues extends PrimitiveConverter {}
}
