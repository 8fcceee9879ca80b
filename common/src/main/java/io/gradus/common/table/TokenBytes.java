package io.gradus.common.table;

/** Token ids as little-endian bytes, 2 bytes each when the vocabulary fits, else 4. */
public final class TokenBytes {
  private TokenBytes() {}

  /** The width of one token for a vocabulary: 2 up to 65,536 ids, else 4. */
  public static int width(int vocabularySize) {
    return vocabularySize <= 1 << 16 ? 2 : 4;
  }

  public static byte[] encode(int[] tokens, int tokenBytes) {
    byte[] bytes = new byte[Math.multiplyExact(tokens.length, tokenBytes)];
    int offset = 0;
    for (int token : tokens) {
      for (int shift = 0; shift < 8 * tokenBytes; shift += 8) {
        bytes[offset++] = (byte) (token >>> shift);
      }
    }
    return bytes;
  }

  /** The token whose first byte is at {@code offset}. */
  public static int read(byte[] bytes, int offset, int tokenBytes) {
    int low = (bytes[offset] & 0xff) | ((bytes[offset + 1] & 0xff) << 8);
    return tokenBytes == 2
        ? low
        : low | ((bytes[offset + 2] & 0xff) << 16) | ((bytes[offset + 3] & 0xff) << 24);
  }
}
