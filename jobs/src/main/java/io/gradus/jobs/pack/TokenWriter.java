package io.gradus.jobs.pack;

import java.io.Closeable;
import java.io.IOException;

/** Takes the tokens of one shard, padding included, in order, and writes them in one format. */
interface TokenWriter extends Closeable {
  /**
   * Writes the next piece; formats that know documents, or take text, override this. A sequence's
   * end is a document's end as well for whoever trains; {@link Piece#closes} says the others.
   */
  default void write(Piece piece) throws IOException {
    write(piece.content());
  }

  /**
   * Writes the next tokens.
   *
   * @param tokens whole tokens, little-endian, as wide as in the documents table
   */
  void write(byte[] tokens) throws IOException;
}
