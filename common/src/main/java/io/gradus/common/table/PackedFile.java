package io.gradus.common.table;

import java.io.Serializable;

/**
 * A file for trainers, or the stretch of one that holds a shard.
 *
 * @param format the format it belongs to
 * @param path relative to the pack stage's directory
 * @param offset where the stretch begins in the file; 0 for a whole file
 * @param bytes the length of the stretch
 * @param sha256 SHA-256 of the stretch, in lower-case hexadecimal
 */
public record PackedFile(ShardFormat format, String path, long offset, long bytes, String sha256)
    implements Serializable {

  /** The same stretch at an offset. */
  public PackedFile at(long newOffset) {
    return new PackedFile(format, path, newOffset, bytes, sha256);
  }
}
