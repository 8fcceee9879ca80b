package io.gradus.jobs.pack;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Compresses into one zstd frame that carries the size of its content where that is known, as
 * readers want that decompress at once. It is fed in blocks of one size, so that the frame depends
 * on the content alone and not on how it was written.
 */
final class ZstdFrame extends OutputStream {
  private static final int BLOCK_BYTES = 1 << 17;
  private static final int LEVEL = 3;

  private final OutputStream out;
  private final ZstdCompressCtx context = new ZstdCompressCtx();
  private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
  private final ByteBuffer compressed =
      ByteBuffer.allocateDirect((int) Zstd.compressBound(BLOCK_BYTES));
  private final byte[] bytes = new byte[compressed.capacity()];
  private boolean closed;

  /**
   * Begins a frame.
   *
   * @param out closed by this stream
   * @param contentBytes bytes that will be written; another number is an error at the end
   */
  ZstdFrame(OutputStream out, long contentBytes) {
    this(out);
    context.setPledgedSrcSize(contentBytes);
  }

  /**
   * Begins a frame of unknown size, which it does not carry then.
   *
   * @param out closed by this stream
   */
  ZstdFrame(OutputStream out) {
    this.out = out;
    context.setLevel(LEVEL);
  }

  @Override
  public void write(int value) throws IOException {
    block.put((byte) value);
    if (!block.hasRemaining()) {
      compress(EndDirective.CONTINUE);
    }
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    for (int at = offset; at < offset + length; ) {
      int some = Math.min(block.remaining(), offset + length - at);
      block.put(source, at, some);
      at += some;
      if (!block.hasRemaining()) {
        compress(EndDirective.CONTINUE);
      }
    }
  }

  private void compress(EndDirective directive) throws IOException {
    block.flip();
    boolean done = false;
    while (!done) {
      compressed.clear();
      boolean flushed = context.compressDirectByteBufferStream(compressed, block, directive);
      done = directive == EndDirective.END ? flushed : !block.hasRemaining();
      compressed.flip();
      int length = compressed.remaining();
      compressed.get(bytes, 0, length);
      out.write(bytes, 0, length);
    }
    block.clear();
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (out;
        context) {
      compress(EndDirective.END);
    }
  }
}
