package io.gradus.jobs.pack;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Buffers bytes and writes numbers with their lowest byte first. */
final class LittleEndianOutput extends OutputStream {
  private final OutputStream out;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * Begins to write.
   *
   * @param out closed by this output
   */
  LittleEndianOutput(OutputStream out) {
    this.out = out;
  }

  void writeInt(int value) throws IOException {
    room(Integer.BYTES);
    buffer.putInt(value);
  }

  void writeLong(long value) throws IOException {
    room(Long.BYTES);
    buffer.putLong(value);
  }

  @Override
  public void write(int value) throws IOException {
    room(1);
    buffer.put((byte) value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > buffer.remaining()) {
      writeBuffer();
    }
    if (length > buffer.remaining()) {
      out.write(bytes, offset, length);
    } else {
      buffer.put(bytes, offset, length);
    }
  }

  private void room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      writeBuffer();
    }
  }

  private void writeBuffer() throws IOException {
    out.write(buffer.array(), 0, buffer.position());
    buffer.clear();
  }

  @Override
  public void flush() throws IOException {
    writeBuffer();
    out.flush();
  }

  @Override
  public void close() throws IOException {
    try (out) {
      writeBuffer();
    }
  }
}
