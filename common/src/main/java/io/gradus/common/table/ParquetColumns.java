package io.gradus.common.table;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapred.FileSplit;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.parquet.hadoop.ParquetInputFormat;
import org.apache.spark.sql.execution.datasources.parquet.ParquetReadSupport;
import org.apache.spark.sql.execution.datasources.parquet.VectorizedParquetRecordReader;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Some columns of one Parquet file, read inside a task in batches by Spark's own vectorised reader:
 * ten times as fast as {@link ParquetRows}, for columns of plain values.
 */
public final class ParquetColumns implements Closeable {
  /** At most so many rows in one batch. */
  public static final int ROWS = 4096;

  private final VectorizedParquetRecordReader reader;
  private final StructType columns;

  /** Opens a file; a column that it lacks is read as nulls. */
  public ParquetColumns(Configuration hadoop, Path path, StructType columns) throws IOException {
    Configuration configuration = new Configuration(hadoop);
    configuration.set(ParquetInputFormat.READ_SUPPORT_CLASS, ParquetReadSupport.class.getName());
    configuration.set(ParquetReadSupport.SPARK_ROW_REQUESTED_SCHEMA(), columns.json());
    // Spark's reader asks for these and has no defaults of its own.
    configuration.setBoolean(SQLConf.PARQUET_BINARY_AS_STRING().key(), false);
    configuration.setBoolean(SQLConf.PARQUET_INT96_AS_TIMESTAMP().key(), false);
    configuration.setBoolean(SQLConf.CASE_SENSITIVE().key(), true);
    configuration.setBoolean(SQLConf.PARQUET_INFER_TIMESTAMP_NTZ_ENABLED().key(), false);
    configuration.setBoolean(SQLConf.LEGACY_PARQUET_NANOS_AS_LONG().key(), false);
    FileStatus status = path.getFileSystem(hadoop).getFileStatus(path);
    this.columns = columns;
    this.reader = new VectorizedParquetRecordReader(false, ROWS);
    try {
      reader.initialize(
          new FileSplit(path, 0, status.getLen(), new String[0]),
          new TaskAttemptContextImpl(configuration, new TaskAttemptID()));
      reader.initBatch(new StructType(), null);
      reader.enableReturningBatches();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while opening " + path, e);
    }
  }

  /** The next rows, valid until the next call, or nothing at the end. */
  public Optional<ColumnarBatch> next() throws IOException {
    return reader.nextBatch() ? Optional.of(reader.resultBatch()) : Optional.empty();
  }

  /** One of the columns of some rows. */
  public ColumnVector column(ColumnarBatch rows, String name) {
    return rows.column(columns.fieldIndex(name));
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
