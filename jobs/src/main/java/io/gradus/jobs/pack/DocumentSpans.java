package io.gradus.jobs.pack;

import java.io.IOException;

/** Follows the pieces of a shard and tells where in it documents, or what it has of them, lie. */
final class DocumentSpans {
  private final Sink sink;
  private long tokens;
  private long begin = -1;
  private long position;

  DocumentSpans(Sink sink) {
    this.sink = sink;
  }

  /**
   * Takes the next piece. It goes on with the document of the last one where that had not come to
   * its end.
   */
  void add(Piece piece) throws IOException {
    if (begin >= 0 && piece.position() != position) {
      finish(false);
    }
    if (begin < 0) {
      begin = tokens;
      position = piece.position();
    }
    tokens += piece.streamTokens();
    if (piece.closes()) {
      finish(piece.ends());
    }
  }

  /** Takes tokens that belong to no document. */
  void pad(long paddingTokens) throws IOException {
    close();
    tokens += paddingTokens;
  }

  /** Ends the last document, which may go on in another shard. */
  void close() throws IOException {
    if (begin >= 0) {
      finish(false);
    }
  }

  private void finish(boolean whole) throws IOException {
    sink.span(begin, tokens, whole);
    begin = -1;
  }

  /** Takes spans in ascending order. */
  @FunctionalInterface
  interface Sink {
    /**
     * A stretch of one document.
     *
     * @param begin its first token, counted from the shard's first
     * @param end the token after its last
     * @param ends whether the document ends with it
     */
    void span(long begin, long end, boolean ends) throws IOException;
  }
}
