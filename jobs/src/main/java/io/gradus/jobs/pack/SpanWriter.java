package io.gradus.jobs.pack;

import java.io.Closeable;
import java.io.IOException;

/** Writes tokens, and where documents lie in them. */
final class SpanWriter implements TokenWriter {
  private final TokenWriter tokens;
  private final int tokenBytes;
  private final DocumentSpans spans;
  private final Closeable spanFile;

  /**
   * Begins a shard.
   *
   * @param tokens takes the tokens; closed by this writer
   * @param tokenBytes width of the tokens that come in
   * @param spanFile what the spans are written to; closed by this writer
   */
  SpanWriter(TokenWriter tokens, int tokenBytes, DocumentSpans spans, Closeable spanFile) {
    this.tokens = tokens;
    this.tokenBytes = tokenBytes;
    this.spans = spans;
    this.spanFile = spanFile;
  }

  @Override
  public void write(Piece piece) throws IOException {
    tokens.write(piece);
    spans.add(piece);
  }

  @Override
  public void write(byte[] padding) throws IOException {
    tokens.write(padding);
    spans.pad(padding.length / tokenBytes);
  }

  @Override
  public void close() throws IOException {
    try (tokens;
        spanFile) {
      spans.close();
    }
  }
}
