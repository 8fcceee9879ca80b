package io.gradus.common.selection;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.apache.spark.unsafe.Platform;

/**
 * Chance that follows from a purpose, the pipeline's seed and the document: the number that {@link
 * io.gradus.common.table.DocumentHash} gives as a column.
 */
public final class SelectionNoise implements Serializable {
  private static final long serialVersionUID = 1;
  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;
  private static final long FIRST_SEED = 42;

  private final long start;

  /**
   * Chance for one purpose.
   *
   * @param purpose two purposes have independent numbers
   */
  public SelectionNoise(String purpose, long seed) {
    byte[] bytes = purpose.getBytes(StandardCharsets.UTF_8);
    long ofPurpose =
        XXH64.hashUnsafeBytes(bytes, Platform.BYTE_ARRAY_OFFSET, bytes.length, FIRST_SEED);
    this.start = XXH64.hashLong(seed, ofPurpose);
  }

  /** The noise of keys. */
  public static SelectionNoise ofKeys(long seed) {
    return new SelectionNoise("sample", seed);
  }

  /** The numbers that decide what the validation split holds out. */
  public static SelectionNoise ofValidation(long seed) {
    return new SelectionNoise("validation", seed);
  }

  /**
   * A uniform number strictly between 0 and 1.
   *
   * @param docIdHigh the first 8 bytes of the doc_id, big-endian
   * @param docIdLow the last 8 bytes
   */
  public double unit(long docIdHigh, long docIdLow) {
    return ((hash(docIdHigh, docIdLow) >>> 12) + 0.5) * 0x1.0p-52;
  }

  /** A standard Gumbel number: {@code -ln(-ln unit)}. */
  public double gumbel(long docIdHigh, long docIdLow) {
    return -Math.log(-Math.log(unit(docIdHigh, docIdLow)));
  }

  /** XXH64 of 16 bytes, by its specification for inputs shorter than 32 bytes. */
  private long hash(long docIdHigh, long docIdLow) {
    long hash = start + PRIME_5 + 2 * Long.BYTES;
    hash = word(hash, Long.reverseBytes(docIdHigh));
    hash = word(hash, Long.reverseBytes(docIdLow));
    hash ^= hash >>> 33;
    hash *= PRIME_2;
    hash ^= hash >>> 29;
    hash *= PRIME_3;
    return hash ^ (hash >>> 32);
  }

  private static long word(long hash, long word) {
    long mixed = hash ^ (Long.rotateLeft(word * PRIME_2, 31) * PRIME_1);
    return Long.rotateLeft(mixed, 27) * PRIME_1 + PRIME_4;
  }
}
