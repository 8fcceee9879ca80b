package io.gradus.jobs.ingest;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apache.parquet.io.api.Binary;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;

/**
 * Bytes outside the heap, in a file of this machine that has no name once it is open, so that a
 * kill leaves nothing. Its space is free when nothing refers to the bytes any more.
 */
final class ScratchFile implements Closeable {
  private final FileChannel channel;
  private final OutputStream out;

  ScratchFile() throws IOException {
    channel =
        FileChannel.open(
            folder().resolve("gradus-" + UUID.randomUUID()),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    out = new BufferedOutputStream(Channels.newOutputStream(channel));
  }

  /** Where Spark puts what it spills, since there is room. */
  private static Path folder() {
    SparkEnv spark = SparkEnv.get();
    return Path.of(
        spark == null ? System.getProperty("java.io.tmpdir") : Utils.getLocalDir(spark.conf()));
  }

  OutputStream out() {
    return out;
  }

  /** What was written, which stays readable when the file is closed. */
  Binary binary() throws IOException {
    out.flush();
    return Binary.fromConstantByteBuffer(channel.map(MapMode.READ_ONLY, 0, channel.size()));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
