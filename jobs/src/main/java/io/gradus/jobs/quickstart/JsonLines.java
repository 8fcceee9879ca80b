package io.gradus.jobs.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Writes one JSON object a line; the file name's ending says how it is compressed. */
final class JsonLines implements AutoCloseable {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private final OutputStream out;

  JsonLines(Path file) throws IOException {
    String name = file.getFileName().toString();
    OutputStream bytes = Files.newOutputStream(file);
    if (name.endsWith(".gz")) {
      bytes = new GZIPOutputStream(bytes);
    } else if (name.endsWith(".zst")) {
      bytes = new ZstdOutputStream(bytes);
    }
    out = new BufferedOutputStream(bytes);
  }

  void write(ObjectNode object) throws IOException {
    out.write(MAPPER.writeValueAsBytes(object));
    out.write('\n');
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
