package io.gradus.jobs.ingest;

import io.gradus.common.table.DocumentsTable;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.factory.DefaultV2ValuesWriterFactory;
import org.apache.parquet.column.values.factory.ValuesWriterFactory;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.GroupWriter;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.api.RecordConsumer;

/**
 * Writes the file of a bucket, byte for byte as {@link io.gradus.common.table.ParquetRows#write}
 * does, with {@link LongValuesWriter} for the columns that have long values. The library's writer
 * of records takes none of another's, so the few lines that it adds to its columns and pages are
 * here.
 */
final class BucketFile implements Closeable {
  private static final Set<String> LONG_COLUMNS =
      Set.of(DocumentsTable.TEXT, DocumentsTable.TOKENS);

  private static final Map<String, String> METADATA =
      Map.of(ParquetWriter.OBJECT_MODEL_NAME_PROP, "example");

  private final ParquetProperties properties =
      ParquetProperties.builder()
          .withWriterVersion(WriterVersion.PARQUET_2_0)
          .withDictionaryEncoding(false)
          .withValuesWriterFactory(new Columns())
          .build();

  private final ParquetFileWriter file;
  private final PageCompressor compressor;
  private ColumnChunkPageWriteStore pages;
  private ColumnWriteStore columns;
  private RecordConsumer consumer;
  private GroupWriter rows;
  private long rowCount;
  private long nextCheck;
  private long groupSize = ParquetWriter.DEFAULT_BLOCK_SIZE;

  BucketFile(Configuration hadoop, Path path) throws IOException {
    compressor = new PageCompressor(hadoop);
    file =
        new ParquetFileWriter(
            HadoopOutputFile.fromPath(path, hadoop),
            DocumentRows.TABLE,
            ParquetFileWriter.Mode.CREATE,
            ParquetWriter.DEFAULT_BLOCK_SIZE,
            ParquetWriter.MAX_PADDING_SIZE_DEFAULT,
            null,
            properties);
    file.start();
    beginGroup();
    nextCheck = properties.getMinRowCountForPageSizeCheck();
  }

  private static final class Columns implements ValuesWriterFactory {
    private final ValuesWriterFactory others = new DefaultV2ValuesWriterFactory();
    private ParquetProperties properties;

    @Override
    public void initialize(ParquetProperties all) {
      properties = all;
      others.initialize(all);
    }

    @Override
    public ValuesWriter newValuesWriter(ColumnDescriptor column) {
      return LONG_COLUMNS.contains(column.getPath()[0])
          ? new LongValuesWriter(properties)
          : others.newValuesWriter(column);
    }
  }

  private void beginGroup() {
    pages =
        new ColumnChunkPageWriteStore(
            compressor,
            DocumentRows.TABLE,
            properties.getAllocator(),
            properties.getColumnIndexTruncateLength(),
            properties.getPageWriteChecksumEnabled());
    columns = properties.newColumnWriteStore(DocumentRows.TABLE, pages, pages);
    consumer = new ColumnIOFactory(false).getColumnIO(DocumentRows.TABLE).getRecordWriter(columns);
    rows = new GroupWriter(consumer, DocumentRows.TABLE);
  }

  void write(Group row) throws IOException {
    rows.write(row);
    rowCount++;
    if (rowCount >= properties.getRowGroupRowCountLimit()) {
      beginNextGroup();
    } else if (rowCount >= nextCheck) {
      long size = columns.getBufferedSize();
      long rowSize = size / rowCount;
      if (size > groupSize - 2 * rowSize) {
        beginNextGroup();
      } else {
        long halfway = (rowCount + (long) (groupSize / (float) rowSize)) / 2;
        nextCheck =
            Math.min(
                Math.max(properties.getMinRowCountForPageSizeCheck(), halfway),
                rowCount + properties.getMaxRowCountForPageSizeCheck());
      }
    }
  }

  private void beginNextGroup() throws IOException {
    endGroup();
    beginGroup();
    nextCheck = properties.getMinRowCountForPageSizeCheck();
  }

  private void endGroup() throws IOException {
    consumer.flush();
    if (rowCount > 0) {
      file.startBlock(rowCount);
      columns.flush();
      pages.flushToFileWriter(file);
      file.endBlock();
      rowCount = 0;
      groupSize = Math.min(file.getNextRowGroupSize(), ParquetWriter.DEFAULT_BLOCK_SIZE);
    }
    columns.close();
    pages.close();
  }

  /** Writes what is left, and the file's end. */
  void finish() throws IOException {
    endGroup();
    file.end(METADATA);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
