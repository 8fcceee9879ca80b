package io.gradus.jobs.ingest;

/** Turns text into token ids; safe for use by several threads. */
@FunctionalInterface
interface Tokenizer {
  /** The text's tokens: nothing added, nothing cut off, names of special tokens read as text. */
  int[] encode(String text);
}
