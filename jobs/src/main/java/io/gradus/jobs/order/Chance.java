package io.gradus.jobs.order;

import io.gradus.common.selection.SelectionNoise;
import java.io.Serializable;
import org.apache.spark.sql.catalyst.expressions.XXH64;

/** The documents' own numbers that look random, from the pipeline's seed. */
record Chance(SelectionNoise noise) implements Serializable {

  static Chance of(long seed) {
    return new Chance(new SelectionNoise("order-tie", seed));
  }

  /** The same for all copies of a document. */
  long ofDocument(Rows rows, int row) {
    return noise.hash(rows.docIdHigh[row], rows.docIdLow[row]);
  }

  /** Different for each copy of a document. */
  long of(Rows rows, int row) {
    return XXH64.hashInt(rows.repeat[row], ofDocument(rows, row));
  }
}
