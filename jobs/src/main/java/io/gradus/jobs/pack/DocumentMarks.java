package io.gradus.jobs.pack;

import io.gradus.common.table.PackedShards;
import io.gradus.common.table.TokenBytes;
import java.io.IOException;
import java.io.Serializable;

/**
 * What is added to each document: end-of-text, and a beginning token where one is wanted.
 *
 * @param beginOfText the beginning token's id, or {@link PackedShards#NO_TOKEN}
 */
record DocumentMarks(int beginOfText, int endOfText) implements Serializable {

  boolean hasBegin() {
    return beginOfText != PackedShards.NO_TOKEN;
  }

  /** How many tokens are added to each document. */
  int tokens() {
    return hasBegin() ? 2 : 1;
  }

  /**
   * A stretch of a document as it is packed.
   *
   * @param text the document's tokens, {@code tokenBytes} wide, without marks
   * @param from the stretch's first token, counted with the beginning token
   * @param to the token after its last
   */
  byte[] stretch(ByteSource text, long from, long to, int tokenBytes) throws IOException {
    int begin = hasBegin() ? 1 : 0;
    long length = text.length() / tokenBytes;
    byte[] stretch = new byte[Math.toIntExact((to - from) * tokenBytes)];
    long textFrom = Math.max(0, from - begin);
    long textTo = Math.min(length, to - begin);
    if (textTo > textFrom) {
      text.copy(
          Math.toIntExact(textFrom * tokenBytes),
          Math.toIntExact(textTo * tokenBytes),
          stretch,
          Math.toIntExact((textFrom + begin - from) * tokenBytes));
    }
    if (hasBegin() && from == 0) {
      put(beginOfText, stretch, 0, tokenBytes);
    }
    if (to == length + tokens()) {
      put(endOfText, stretch, stretch.length - tokenBytes, tokenBytes);
    }
    return stretch;
  }

  private static void put(int token, byte[] bytes, int offset, int tokenBytes) {
    byte[] encoded = TokenBytes.encode(new int[] {token}, tokenBytes);
    System.arraycopy(encoded, 0, bytes, offset, tokenBytes);
  }
}
