package io.gradus.jobs.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.io.api.Binary;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Texts of many bytes on their way to their bucket: each in a file of its own, since whatever Spark
 * does with a row makes copies of it. Each attempt of a task writes files of its own, which only
 * its rows name: of several attempts none has to do with another's.
 *
 * @param folder of one run alone
 */
record LongTextFiles(String folder, Broadcast<SerializableConfiguration> hadoop)
    implements Serializable {

  /** Makes the folder, which attempts that go on when the run has ended find missing. */
  void begin() {
    try {
      fileSystem().mkdirs(new Path(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a text; returns its file's name. */
  String write(LongBytes text) {
    String name = UUID.randomUUID().toString();
    try (OutputStream out = fileSystem().createFile(new Path(folder, name)).build()) {
      text.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return name;
  }

  /** A text outside the heap. */
  Binary read(String name) {
    try (ScratchFile copy = new ScratchFile();
        InputStream in = fileSystem().open(new Path(folder, name))) {
      in.transferTo(copy.out());
      return copy.binary();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes all, when no row is on its way any more. */
  void end() {
    try {
      fileSystem().delete(new Path(folder), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FileSystem fileSystem() throws IOException {
    Configuration configuration = hadoop.value().value();
    return new Path(folder).getFileSystem(configuration);
  }
}
