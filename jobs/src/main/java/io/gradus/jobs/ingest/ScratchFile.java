package io.gradus.jobs.ingest;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.parquet.io.api.Binary;

/** Bytes outside the heap, in a file of this machine that is removed when it is closed. */
final class ScratchFile implements Closeable {
  private final Path path;
  private final OutputStream out;

  ScratchFile() throws IOException {
    path = Files.createTempFile("gradus-", ".scratch");
    out = new BufferedOutputStream(Files.newOutputStream(path));
  }

  OutputStream out() {
    return out;
  }

  /** What was written, which stays readable when the file is removed. */
  Binary binary() throws IOException {
    out.flush();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return Binary.fromConstantByteBuffer(channel.map(MapMode.READ_ONLY, 0, channel.size()));
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
    Files.delete(path);
  }
}
