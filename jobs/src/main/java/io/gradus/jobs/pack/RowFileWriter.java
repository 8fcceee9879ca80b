package io.gradus.jobs.pack;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes a file of rows of one size behind a table of their offsets: u32 row count, u32 offsets of
 * every row and of the end, what the format puts between, rows. The header is written at once,
 * tokens as they come.
 */
final class RowFileWriter implements TokenWriter {
  private final LittleEndianOutput out;
  private long missing;

  /**
   * Begins a shard.
   *
   * @param stream closed by this writer
   * @param rows rows that will be written
   * @param between what comes between offsets and rows
   */
  RowFileWriter(OutputStream stream, long rows, long rowBytes, byte[] between) throws IOException {
    long first = 4 + 4 * (rows + 1) + between.length;
    if (first + rows * rowBytes >= 1L << 32) {
      throw new IllegalArgumentException(
          "A shard of " + rows + " sequences does not fit 32-bit offsets");
    }
    out = new LittleEndianOutput(stream);
    missing = rows * rowBytes;
    out.writeInt((int) rows);
    for (long row = 0; row <= rows; row++) {
      out.writeInt((int) (first + row * rowBytes));
    }
    out.write(between);
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
