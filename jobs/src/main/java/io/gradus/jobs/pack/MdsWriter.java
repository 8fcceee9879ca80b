package io.gradus.jobs.pack;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes one MDS shard: the header at once, since sizes are static, then tokens as they come. */
final class MdsWriter implements TokenWriter {
  private final OutputStream out;
  private long missing;

  /**
   * Begins a shard.
   *
   * @param out closed by this writer
   * @param samples sequences that will be written
   */
  MdsWriter(OutputStream out, MdsLayout layout, long samples) throws IOException {
    if (layout.fileBytes(samples) >= 1L << 32) {
      throw new IllegalArgumentException(
          "An MDS shard of " + samples + " sequences does not fit 32-bit offsets");
    }
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.missing = samples * layout.sampleBytes();
    writeInt(samples);
    for (long i = 0; i <= samples; i++) {
      writeInt(layout.headerBytes(samples) + i * layout.sampleBytes());
    }
    this.out.write(layout.configuration());
  }

  private void writeInt(long unsigned) throws IOException {
    out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) unsigned).array());
  }

  @Override
  public void write(byte[] tokens) throws IOException {
    out.write(tokens);
    missing -= tokens.length;
  }

  @Override
  public void close() throws IOException {
    out.close();
    if (missing != 0) {
      throw new IllegalStateException("The shard's header promises " + missing + " more bytes");
    }
  }
}
