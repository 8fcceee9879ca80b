package io.gradus.jobs.ingest;

import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.io.api.Binary;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Texts of many bytes on their way to their bucket: each in a file of its own, since whatever Spark
 * does with a row makes copies of it. A file is named by the content, so it does not matter which
 * attempt of a task writes it.
 */
record LongTextFiles(String folder, Broadcast<SerializableConfiguration> hadoop)
    implements Serializable {

  void write(byte[] docId, LongBytes text) {
    Path file = file(docId);
    try {
      FileSystem fileSystem = file.getFileSystem(configuration());
      if (!fileSystem.exists(file)) {
        AtomicFile.write(fileSystem, file, text::writeTo);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  InputStream open(byte[] docId) throws IOException {
    Path file = file(docId);
    return file.getFileSystem(configuration()).open(file);
  }

  /** A text outside the heap. */
  Binary read(byte[] docId) throws IOException {
    try (ScratchFile copy = new ScratchFile();
        InputStream in = open(docId)) {
      in.transferTo(copy.out());
      return copy.binary();
    }
  }

  /** Removes all, when no row is on its way any more. */
  void delete() {
    Path all = new Path(folder);
    try {
      all.getFileSystem(configuration()).delete(all, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(byte[] docId) {
    return new Path(folder, HexFormat.of().formatHex(docId));
  }

  private Configuration configuration() {
    return hadoop.value().value();
  }
}
