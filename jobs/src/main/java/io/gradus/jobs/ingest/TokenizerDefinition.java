package io.gradus.jobs.ingest;

import java.io.Serializable;

/** Everything that the token ids of a text depend on. */
interface TokenizerDefinition extends Serializable {
  /** As the configuration names it. */
  String label();

  /** SHA-256 of the definition. */
  String digest();

  /** One more than the largest token id. */
  int vocabularySize();

  /** The id of the token that ends a document. */
  int endOfText();

  /** Loads the tokenizer; costly, so once for each executor. */
  Tokenizer open();
}
