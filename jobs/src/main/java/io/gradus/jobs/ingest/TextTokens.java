package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gradus.common.table.TokenBytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Tokens of UTF-8 texts as the table holds them.
 *
 * @param tokenBytes the width of a token
 */
record TextTokens(Tokenizer tokenizer, int tokenBytes) {
  /** A long text is tokenized in stretches of about this many bytes, where that changes nothing. */
  private static final int STRETCH = 1 << 19;

  byte[] encode(byte[] text) {
    return encode(text, text.length);
  }

  /** The tokens of a text that may be long. */
  byte[] encode(InputStream text) throws IOException {
    if (!tokenizer.isCutAtSpaces()) {
      return encode(text.readAllBytes());
    }
    LongBytes tokens = new LongBytes();
    byte[] stretch = new byte[STRETCH];
    int held = 0;
    while (true) {
      held += text.readNBytes(stretch, held, stretch.length - held);
      if (held < stretch.length) {
        add(encode(stretch, held), tokens);
        return tokens.toArray();
      }
      int end = lastBorder(stretch);
      if (end == 0) {
        stretch = Arrays.copyOf(stretch, 2 * stretch.length);
      } else {
        add(encode(stretch, end), tokens);
        held -= end;
        System.arraycopy(stretch, end, stretch, 0, held);
      }
    }
  }

  private byte[] encode(byte[] text, int length) {
    return TokenBytes.encode(tokenizer.encode(new String(text, 0, length, UTF_8)), tokenBytes);
  }

  private static void add(byte[] more, LongBytes tokens) {
    tokens.add(more, 0, more.length);
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
