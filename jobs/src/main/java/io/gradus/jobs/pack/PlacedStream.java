package io.gradus.jobs.pack;

/**
 * What is known of a placement without its rows.
 *
 * @param documents in it, each repeat counted
 * @param textTokens their tokens, without marks
 * @param streamTokens the stream's length, with the padding that the packing puts into sequences
 */
record PlacedStream(long documents, long textTokens, long streamTokens) {}
