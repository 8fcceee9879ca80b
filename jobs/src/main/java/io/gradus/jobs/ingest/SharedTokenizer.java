package io.gradus.jobs.ingest;

import java.io.Serializable;

/**
 * One loaded tokenizer for all tasks of an executor: broadcast this, and the tokenizer is loaded
 * where the broadcast arrives, when it is first asked for.
 */
final class SharedTokenizer implements Serializable {
  private static final long serialVersionUID = 1L;

  private final TokenizerDefinition definition;
  private transient Tokenizer tokenizer;

  SharedTokenizer(TokenizerDefinition definition) {
    this.definition = definition;
  }

  synchronized Tokenizer get() {
    if (tokenizer == null) {
      tokenizer = definition.open();
    }
    return tokenizer;
  }
}
