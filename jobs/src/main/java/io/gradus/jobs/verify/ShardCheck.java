package io.gradus.jobs.verify;

import io.gradus.common.table.ShardFormat;
import java.util.List;

/**
 * What the task that read a shard tells the driver: a few numbers, however long the shard.
 *
 * @param documents documents that begin in the shard
 * @param bytes bytes read
 * @param first the first piece, or nothing in a shard without pieces
 * @param last the last piece
 * @param firstBegun quantile and position of the first document that begins in the shard
 * @param lastBegun quantile and position of the last one
 * @param cuts pieces of documents that cross the shard's borders, in each format
 */
record ShardCheck(
    int shard,
    long documents,
    long bytes,
    Edge first,
    Edge last,
    Edge firstBegun,
    Edge lastBegun,
    List<Cut> cuts,
    Findings.Summary findings) {

  /**
   * Where a shard's walk begins or ends.
   *
   * @param whole whether the document begins (first) or ends (last) in the shard
   */
  record Edge(long position, double quantile, boolean whole) {}

  /**
   * A document's piece at a border.
   *
   * @param place where the piece stands in the file
   * @param readable whether its tokens could be read
   * @param hash of its tokens
   * @param tokens how many, end-of-text not counted
   * @param expectedHash of the whole document, or nothing when it is not in the documents
   */
  record Cut(
      ShardFormat format,
      long position,
      String docId,
      String file,
      String place,
      boolean begins,
      boolean ends,
      boolean readable,
      long hash,
      long tokens,
      Long expectedHash) {}
}
