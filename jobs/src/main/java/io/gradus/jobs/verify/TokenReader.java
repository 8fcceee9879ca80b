package io.gradus.jobs.verify;

import java.io.Closeable;
import java.io.IOException;

/** The tokens of one shard in one format, in the order in which a trainer gets them. */
interface TokenReader extends Closeable {
  /**
   * Reads exactly so many tokens into the beginning of the buffer.
   *
   * @throws IOException when there are fewer, or when the bytes are not what the format asks for
   */
  void read(int[] buffer, int count) throws IOException;

  /** SHA-256 of the whole stretch, whatever was read of it; to be asked once, at the end. */
  String sha256() throws IOException;
}
