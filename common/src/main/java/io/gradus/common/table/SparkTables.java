package io.gradus.common.table;

import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.ParquetOutputFormat;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/** Tables that Spark writes, a file for each partition, named in the order of partitions. */
public final class SparkTables {
  private SparkTables() {}

  /** Writes a table; equal partitions make files of equal bytes. */
  public static void write(Dataset<Row> rows, Path table) {
    committed(rows.write())
        .option("compression", "zstd")
        // See ParquetRows.write.
        .option(ParquetOutputFormat.WRITER_VERSION, WriterVersion.PARQUET_2_0.toString())
        .option(ParquetOutputFormat.ENABLE_DICTIONARY, "false")
        .parquet(table.toString());
  }

  /** A writer that replaces what is there and commits as {@link TableCommitter} says. */
  public static DataFrameWriter<Row> committed(DataFrameWriter<Row> writer) {
    return writer
        .mode(SaveMode.Overwrite)
        .option("spark.sql.parquet.output.committer.class", TableCommitter.class.getName())
        .option("spark.sql.sources.outputCommitterClass", TableCommitter.class.getName());
  }

  /** A table's files in the order of their names, which is the order of their partitions. */
  public static List<String> files(StageDirectory stage) {
    try {
      return Arrays.stream(stage.fileSystem().listStatus(stage.table()))
          .map(status -> status.getPath().toString())
          .filter(name -> name.endsWith(".parquet"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
