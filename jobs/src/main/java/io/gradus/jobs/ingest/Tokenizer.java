package io.gradus.jobs.ingest;

/** Turns text into token ids; safe for use by several threads. */
@FunctionalInterface
interface Tokenizer {
  /** The text's tokens: nothing added, nothing cut off, names of special tokens read as text. */
  int[] encode(String text);

  /**
   * Whether a text can be cut before any space that follows something visible in ASCII: its parts
   * then have, one after the other, the tokens of the whole.
   */
  default boolean isCutAtSpaces() {
    return false;
  }
}
