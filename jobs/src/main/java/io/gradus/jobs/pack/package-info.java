/**
 * Reads the order and the documents' tokens, writes training shards for each trainer's reader,
 * keeps the invariant that every ordered token is there exactly once, in order, in bytes that do
 * not depend on partitioning or retries.
 */
package io.gradus.jobs.pack;
