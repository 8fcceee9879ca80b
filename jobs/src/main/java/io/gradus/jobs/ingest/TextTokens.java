package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gradus.common.table.TokenBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.io.api.Binary;

/**
 * Tokens of UTF-8 texts as the table holds them.
 *
 * @param tokenBytes the width of a token
 */
record TextTokens(Tokenizer tokenizer, int tokenBytes) {
  /** A long text is tokenized in stretches of about this many bytes, where that changes nothing. */
  private static final int STRETCH = 1 << 18;

  /** The tokens of a text; those of a long one are kept outside the heap. */
  Binary encode(Binary text) {
    if (!LongBytes.areMany(text.length()) || !tokenizer.isCutAtSpaces()) {
      return Binary.fromConstantByteArray(encode(text.getBytesUnsafe(), text.length()));
    }
    try (InputStream stream = ByteBufferInputStream.wrap(text.toByteBuffer())) {
      return encode(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Binary encode(InputStream text) throws IOException {
    try (ScratchFile tokens = new ScratchFile()) {
      byte[] stretch = new byte[STRETCH];
      int held = 0;
      while (true) {
        held += text.readNBytes(stretch, held, stretch.length - held);
        if (held < stretch.length) {
          tokens.out().write(encode(stretch, held));
          return tokens.binary();
        }
        int end = lastBorder(stretch);
        if (end == 0) {
          stretch = Arrays.copyOf(stretch, 2 * stretch.length);
        } else {
          tokens.out().write(encode(stretch, end));
          held -= end;
          System.arraycopy(stretch, end, stretch, 0, held);
        }
      }
    }
  }

  private byte[] encode(byte[] text, int length) {
    return TokenBytes.encode(tokenizer.encode(new String(text, 0, length, UTF_8)), tokenBytes);
  }

  /** The last place before a space after something visible in ASCII, or 0. */
  private static int lastBorder(byte[] text) {
    int border = text.length - 1;
    while (border > 0
        && !(text[border] == ' ' && text[border - 1] > ' ' && text[border - 1] < 0x7f)) {
      border--;
    }
    return border;
  }
}
