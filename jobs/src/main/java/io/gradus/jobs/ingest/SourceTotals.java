package io.gradus.jobs.ingest;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/** Counts by source, put together from many tasks. */
final class SourceTotals implements Serializable {
  private static final long serialVersionUID = 1L;

  private final TreeMap<String, SourceCounts> bySource = new TreeMap<>();

  void add(String source, SourceCounts counts) {
    bySource.merge(source, counts, SourceCounts::plus);
  }

  SourceTotals merge(SourceTotals other) {
    other.bySource.forEach(this::add);
    return this;
  }

  Map<String, SourceCounts> bySource() {
    return bySource;
  }

  SourceCounts total() {
    return bySource.values().stream().reduce(SourceCounts.NONE, SourceCounts::plus);
  }
}
