package io.gradus.jobs.verify;

/**
 * What the task that read a shard tells the driver: a few numbers, however long the shard.
 *
 * @param documents documents that begin in the shard
 * @param bytes bytes read
 * @param paddingTokens tokens of padding, by the order
 * @param first the first piece, or nothing in a shard without pieces
 * @param last the last piece
 * @param firstBegun quantile and position of the first document that begins in the shard
 * @param lastBegun quantile and position of the last one
 */
record ShardCheck(
    int shard,
    long documents,
    long bytes,
    long paddingTokens,
    Edge first,
    Edge last,
    Edge firstBegun,
    Edge lastBegun,
    Findings.Summary findings) {

  /**
   * Where a shard's walk begins or ends.
   *
   * @param whole whether the document begins (first) or ends (last) in the shard
   */
  record Edge(long position, double quantile, boolean whole) {}
}
