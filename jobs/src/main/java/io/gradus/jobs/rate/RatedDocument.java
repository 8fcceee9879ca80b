package io.gradus.jobs.rate;

import java.util.Optional;

/**
 * What raters see of a document.
 *
 * @param docId its 16-byte identity
 * @param source its source
 * @param tokens its tokens in the training tokenizer
 * @param content its text; null where the corpus brought only tokens, or the rater reads none
 * @param otherFields the record's other fields, a JSON object; null where there are none, or the
 *     rater reads none
 */
@SuppressWarnings("ArrayRecordComponent") // identity only; documents are never compared
record RatedDocument(byte[] docId, String source, int tokens, String content, String otherFields) {

  /** A document whose other fields are not looked at. */
  RatedDocument(byte[] docId, String source, int tokens, String content) {
    this(docId, source, tokens, content, null);
  }

  Optional<String> text() {
    return Optional.ofNullable(content);
  }

  Optional<String> meta() {
    return Optional.ofNullable(otherFields);
  }
}
