package io.gradus.jobs.ingest;

import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Takes over a bucket that no new document falls into: as a file where buckets have the borders
 * that they had, row by row otherwise.
 */
record BucketCopy(Broadcast<SerializableConfiguration> hadoop, EarlierBuckets earlier, String table)
    implements Function<Integer, WrittenBuckets> {

  @Override
  public WrittenBuckets call(Integer bucket) throws IOException {
    Configuration configuration = hadoop.value().value();
    Path file = new Path(table, BucketWriter.fileName(bucket));
    FileSystem fileSystem = file.getFileSystem(configuration);
    WrittenBuckets written = new WrittenBuckets();
    if (earlier.haveSameBorders()) {
      for (String name : earlier.filesOf(bucket)) {
        Path before = new Path(name);
        written.addEarlierRows(rows(configuration, before));
        try (FSDataInputStream in = before.getFileSystem(configuration).open(before)) {
          AtomicFile.write(fileSystem, file, in::transferTo);
        }
      }
      return written;
    }
    Path temporary = AtomicFile.temporary(file);
    try (EarlierBuckets.Rows rows = earlier.open(configuration, bucket)) {
      Optional<Group> row = rows.next();
      if (row.isPresent()) {
        try (ParquetWriter<Group> writer =
            ParquetRows.write(configuration, temporary, DocumentRows.TABLE)) {
          for (; row.isPresent(); row = rows.next()) {
            writer.write(row.get());
          }
        }
        AtomicFile.commit(fileSystem, temporary, file);
        written.addEarlierRows(rows.taken());
      }
    } finally {
      fileSystem.delete(temporary, false);
    }
    return written;
  }

  private static long rows(Configuration hadoop, Path file) throws IOException {
    try (ParquetFileReader reader = ParquetRows.open(hadoop, file)) {
      return reader.getRecordCount();
    }
  }
}
