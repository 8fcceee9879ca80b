package io.gradus.jobs.rate;

import java.util.Optional;

/**
 * What raters see of a document.
 *
 * @param docId its 16-byte identity
 * @param source its source
 * @param tokens its tokens in the training tokenizer
 * @param content its text, or null where the corpus brought only tokens
 */
@SuppressWarnings("ArrayRecordComponent") // identity only; documents are never compared
record RatedDocument(byte[] docId, String source, int tokens, String content) {
  Optional<String> text() {
    return Optional.ofNullable(content);
  }
}
