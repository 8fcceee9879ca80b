package io.gradus.jobs.pack;

import java.io.IOException;

/** Bytes that need not be in memory together. */
interface ByteSource {
  /** How many there are. */
  int length();

  /**
   * Copies some of them; asking in ascending order is the fast way.
   *
   * @param from the first
   * @param to the one after the last
   * @param offset where the first goes
   */
  void copy(int from, int to, byte[] target, int offset) throws IOException;

  /** Bytes that are in memory. */
  static ByteSource of(byte[] bytes) {
    return new ByteSource() {
      @Override
      public int length() {
        return bytes.length;
      }

      @Override
      public void copy(int from, int to, byte[] target, int offset) {
        System.arraycopy(bytes, from, target, offset, to - from);
      }
    };
  }
}
