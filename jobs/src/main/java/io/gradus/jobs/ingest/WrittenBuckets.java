package io.gradus.jobs.ingest;

import java.io.Serializable;

/** What tasks did while they wrote buckets. */
final class WrittenBuckets implements Serializable {
  private static final long serialVersionUID = 1L;

  private final SourceTotals sources = new SourceTotals();
  private long earlierRows;
  private long replaced;

  /** How the table differs from the earlier one, by source. */
  SourceTotals sources() {
    return sources;
  }

  void addEarlierRows(long rows) {
    earlierRows += rows;
  }

  void addReplaced() {
    replaced++;
  }

  /** Rows of the earlier table that were seen: in the end, all. */
  long earlierRows() {
    return earlierRows;
  }

  /** Rows of the earlier table that gave their place to new records of the same content. */
  long replaced() {
    return replaced;
  }

  WrittenBuckets merge(WrittenBuckets other) {
    sources.merge(other.sources);
    earlierRows += other.earlierRows;
    replaced += other.replaced;
    return this;
  }
}
