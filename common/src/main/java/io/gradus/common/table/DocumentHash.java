package io.gradus.common.table;

import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.shiftright;
import static org.apache.spark.sql.functions.shiftrightunsigned;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.xxhash64;

import org.apache.spark.sql.Column;

/**
 * Chance that does not change: numbers that look random but follow from the seed and the document
 * alone, so that a retried task draws the same ones.
 */
public final class DocumentHash {
  private static final double STEP = 0x1.0p-52;

  private DocumentHash() {}

  /**
   * A 64-bit hash (XXH64) of the purpose, the seed and the columns.
   *
   * @param purpose what the number is for, so that two uses of one seed are independent
   */
  public static Column hash(String purpose, long seed, Column... columns) {
    Column[] all = new Column[columns.length + 2];
    all[0] = lit(purpose);
    all[1] = lit(seed);
    System.arraycopy(columns, 0, all, 2, columns.length);
    return xxhash64(all);
  }

  /** A uniform number strictly between 0 and 1 from the upper 52 bits of a hash. */
  public static Column unit(Column hash) {
    return shiftrightunsigned(hash, 12).cast("double").plus(lit(0.5)).multiply(lit(STEP));
  }

  /** {@link DocumentsTable#bucket} as a column. */
  public static Column bucket(Column docId, int buckets) {
    Column head = conv(hex(substring(docId, 1, 4)), 16, 10).cast("long");
    return shiftright(shiftright(head, 1).multiply(lit((long) buckets)), 31).cast("int");
  }
}
