package io.gradus.jobs.ingest;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.TokenBytes;
import io.gradus.common.workspace.Fingerprint;
import java.security.MessageDigest;
import java.util.Arrays;

/** A valid record. Its fields are what the table will hold, and nothing of where it was found. */
final class Document implements Outcome {
  private static final long serialVersionUID = 1L;

  /** The bytes of a token where the text's bytes are wanted and there is no text. */
  private static final int RAW_TOKEN_BYTES = 4;

  private final String source;
  private final String externalId;
  private final LongBytes text;
  private final int[] tokens;
  private final String meta;
  private final int bytes;

  private Document(
      String source, String externalId, LongBytes text, int[] tokens, String meta, int bytes) {
    this.source = source;
    this.externalId = externalId;
    this.text = text;
    this.tokens = tokens;
    this.meta = meta;
    this.bytes = bytes;
  }

  /** A document with text; {@code tokens} and {@code meta} may be null. */
  static Document ofText(
      String source, String externalId, LongBytes text, int[] tokens, String meta) {
    return new Document(source, externalId, text, tokens, meta, text.length());
  }

  /** A document that came as tokens only. */
  static Document ofTokens(String source, String externalId, int[] tokens, String meta) {
    return new Document(
        source, externalId, null, tokens, meta, Math.multiplyExact(tokens.length, RAW_TOKEN_BYTES));
  }

  @Override
  public String source() {
    return source;
  }

  /** May be null. */
  String externalId() {
    return externalId;
  }

  /** In UTF-8; null where the record had tokens only. */
  LongBytes text() {
    return text;
  }

  /** The tokens that the record came with, little-endian; null where it had none. */
  byte[] tokens(int tokenBytes) {
    return tokens == null ? null : TokenBytes.encode(tokens, tokenBytes);
  }

  /** JSON, or null. */
  String meta() {
    return meta;
  }

  /** UTF-8 bytes of the text, or four for each token where there is no text. */
  int bytes() {
    return bytes;
  }

  /** The first 128 bits of SHA-256 of the text, or of the tokens as u32 little-endian. */
  byte[] docId() {
    MessageDigest sha256 = Fingerprint.newSha256();
    if (text == null) {
      sha256.update(TokenBytes.encode(tokens, RAW_TOKEN_BYTES));
    } else {
      text.digest(sha256);
    }
    return Arrays.copyOf(sha256.digest(), DocumentsTable.DOC_ID_BYTES);
  }
}
