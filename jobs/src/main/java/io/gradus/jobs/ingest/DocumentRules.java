package io.gradus.jobs.ingest;

import java.io.Serializable;

/**
 * What a record must fulfil to be a document, whatever format it came in.
 *
 * @param maxRecordSize the largest record, in bytes
 * @param vocabularySize tokens that a record comes with must be below this
 */
record DocumentRules(long maxRecordSize, int vocabularySize) implements Serializable {

  /**
   * Makes a document of a record's fields, taken as they are: no character is changed.
   *
   * @param externalId may be null
   * @param text may be null where there are tokens
   * @param tokens the record's own tokens, or null
   * @param meta JSON, or null
   */
  Document document(String source, String externalId, String text, int[] tokens, String meta)
      throws Rejected {
    check(source, externalId, tokens);
    LongBytes utf8 = text == null ? null : LongBytes.of(StrictUtf8.encode(text));
    return checked(source, externalId, utf8, tokens, meta);
  }

  /** The same with a text that is UTF-8 for certain. */
  Document document(String source, String externalId, LongBytes text, int[] tokens, String meta)
      throws Rejected {
    check(source, externalId, tokens);
    return checked(source, externalId, text, tokens, meta);
  }

  private void check(String source, String externalId, int[] tokens) throws Rejected {
    if (source == null || source.isBlank()) {
      throw new Rejected(Reason.MISSING_SOURCE, "no source");
    }
    StrictUtf8.encode(source);
    if (externalId != null) {
      StrictUtf8.encode(externalId);
    }
    if (tokens != null) {
      check(tokens);
    }
  }

  private Document checked(
      String source, String externalId, LongBytes text, int[] tokens, String meta) throws Rejected {
    if (text == null || (tokens != null && StrictUtf8.isBlank(text))) {
      if (tokens == null) {
        throw new Rejected(Reason.MISSING_TEXT, "no text");
      }
      return Document.ofTokens(source, externalId, tokens, meta);
    }
    if (StrictUtf8.isBlank(text)) {
      throw new Rejected(Reason.EMPTY_TEXT, "the text is blank");
    }
    if (text.length() > maxRecordSize) {
      throw tooLarge(text.length());
    }
    return Document.ofText(source, externalId, text, tokens, meta);
  }

  Rejected tooLarge(long bytes) {
    return new Rejected(
        Reason.TOO_LARGE, bytes + " bytes, more than ingest.max-record-size = " + maxRecordSize);
  }

  private void check(int[] tokens) throws Rejected {
    if (tokens.length == 0) {
      throw new Rejected(Reason.BAD_TOKENS, "the list of tokens is empty");
    }
    for (int token : tokens) {
      if (token < 0 || token >= vocabularySize) {
        throw new Rejected(
            Reason.BAD_TOKENS, "token " + token + " is not in the vocabulary of " + vocabularySize);
      }
    }
  }
}
