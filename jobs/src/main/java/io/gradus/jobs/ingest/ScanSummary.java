package io.gradus.jobs.ingest;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/** What the first reading of the input found: counts, and a sample of what is bad. */
final class ScanSummary implements Serializable {
  private static final long serialVersionUID = 1L;

  private final SourceTotals sources = new SourceTotals();
  private final EnumMap<Reason, Long> dropped = new EnumMap<>(Reason.class);
  private final BadRecordSample sample = new BadRecordSample();
  private long textBytes;

  static ScanSummary of(Iterator<Outcome> outcomes) {
    ScanSummary summary = new ScanSummary();
    outcomes.forEachRemaining(summary::add);
    return summary;
  }

  /** What the reading of earlier files found, but that the sample is only as long as was kept. */
  static ScanSummary ofEarlier(IngestResult result, BadRecordSample sample) {
    ScanSummary summary = new ScanSummary();
    result.sources().forEach((source, counts) -> summary.sources.add(source, counts.ofReading()));
    result.dropped().forEach((label, count) -> summary.dropped.put(Reason.of(label), count));
    summary.sample.merge(sample);
    summary.textBytes = result.validBytes();
    return summary;
  }

  private void add(Outcome outcome) {
    if (outcome instanceof BadRecord bad) {
      sources.add(bad.source(), SourceCounts.ofBadRecord());
      dropped.merge(bad.reason(), 1L, Long::sum);
      sample.add(bad);
    } else if (outcome instanceof Document document) {
      sources.add(document.source(), SourceCounts.ofRecord());
      textBytes += document.bytes();
    }
  }

  ScanSummary merge(ScanSummary other) {
    sources.merge(other.sources);
    other.dropped.forEach((reason, count) -> dropped.merge(reason, count, Long::sum));
    sample.merge(other.sample);
    textBytes += other.textBytes;
    return this;
  }

  SourceTotals sources() {
    return sources;
  }

  BadRecordSample sample() {
    return sample;
  }

  long records() {
    return sources.total().records();
  }

  long bad() {
    return sources.total().dropped();
  }

  /** Files that could not be read to their end: each has one bad record, where it stops. */
  long unreadableFiles() {
    return dropped.getOrDefault(Reason.UNREADABLE, 0L);
  }

  /** Records that are documents, duplicates among them. */
  long valid() {
    return records() - bad();
  }

  /** The bytes of all valid records, duplicates among them. */
  long textBytes() {
    return textBytes;
  }

  /** Bad records by the label of their reason. */
  Map<String, Long> dropped() {
    Map<String, Long> byLabel = new TreeMap<>();
    dropped.forEach((reason, count) -> byLabel.put(reason.label(), count));
    return byLabel;
  }
}
