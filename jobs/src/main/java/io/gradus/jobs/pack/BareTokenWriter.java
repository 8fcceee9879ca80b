package io.gradus.jobs.pack;

import io.gradus.common.table.TokenBytes;
import java.io.IOException;
import java.io.OutputStream;

/** Writes bare token ids, one after the other. */
final class BareTokenWriter implements TokenWriter {
  private final LittleEndianOutput out;
  private final int fromBytes;
  private final int toBytes;

  /**
   * Begins a file.
   *
   * @param out closed by this writer
   * @param fromBytes width of the tokens that come in
   * @param toBytes width of the tokens that are written; never narrower
   */
  BareTokenWriter(OutputStream out, int fromBytes, int toBytes) {
    if (fromBytes > toBytes) {
      throw new IllegalArgumentException("Tokens of 4 bytes do not fit 2");
    }
    this.out = new LittleEndianOutput(out);
    this.fromBytes = fromBytes;
    this.toBytes = toBytes;
  }

  @Override
  public void write(byte[] tokens) throws IOException {
    if (fromBytes == toBytes) {
      out.write(tokens);
      return;
    }
    for (int offset = 0; offset < tokens.length; offset += fromBytes) {
      out.writeInt(TokenBytes.read(tokens, offset, fromBytes));
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
