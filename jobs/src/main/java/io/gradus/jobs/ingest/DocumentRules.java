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
    if (text == null || (tokens != null && text.isBlank())) {
      if (tokens == null) {
        throw new Rejected(Reason.MISSING_TEXT, "no text");
      }
      return Document.ofTokens(source, externalId, tokens, meta);
    }
    int bytes = StrictUtf8.encode(text).length;
    if (text.isBlank()) {
      throw new Rejected(Reason.EMPTY_TEXT, "the text is blank");
    }
    if (bytes > maxRecordSize) {
      throw tooLarge(bytes);
    }
    return Document.ofText(source, externalId, text, tokens, meta, bytes);
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
