package io.gradus.jobs.verify;

import com.fasterxml.jackson.annotation.JsonValue;
import io.gradus.common.configuration.Section;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What is checked. */
public enum Check {
  /**
   * Every file that the manifest names is there, as long as it says, and the formats' folders hold
   * no other file, which a reader that takes the whole folder would read too.
   */
  FILES,
  /**
   * Every file has the SHA-256 that the manifest says. Megatron's data file alone is not digested
   * as a whole, which one task would have to do: each shard's stretch of it is, and the stretches
   * and the last document, which is compared, are all of it.
   */
  CHECKSUMS,
  /** Headers, offsets, lengths and indices say where the tokens are. */
  STRUCTURE,
  /** The tokens of each document have its hash. */
  TOKENS,
  /** One end-of-text stands after each document. */
  END_OF_TEXT,
  /** The last sequence ends with as much end-of-text as stated. */
  PADDING,
  /**
   * Every selected document is in the order once for each of its repeats, with the same source,
   * tokens and score, and no other is.
   */
  SELECTION,
  /** Every row of the order is there once; positions and offsets are contiguous from 0. */
  ORDER,
  /**
   * An ascending order never falls, a descending one never rises: neither its quantile from row to
   * row, nor its score within what quantiles were taken within.
   */
  QUALITY,
  /** A simulated training run reads every sequence of the curriculum. */
  COVERAGE,
  /** A simulated training run reads no sequence twice. */
  REPEATS,
  /** At no step of a simulated run a sequence is read after a later one was at an earlier step. */
  INVERSIONS,
  /** At each step of a simulated run all ranks have as many micro-batches. */
  RANKS;

  /** The checks of the shards themselves. */
  static final Set<Check> OF_SHARDS = Collections.unmodifiableSet(EnumSet.range(FILES, QUALITY));

  /** The checks of a simulated training run. */
  static final Set<Check> OF_READING =
      Collections.unmodifiableSet(
          EnumSet.of(FILES, CHECKSUMS, STRUCTURE, COVERAGE, REPEATS, INVERSIONS, RANKS));

  @JsonValue
  public String label() {
    return Section.name(this);
  }
}
