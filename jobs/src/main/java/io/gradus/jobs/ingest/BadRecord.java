package io.gradus.jobs.ingest;

import java.util.Comparator;

/**
 * A record that was dropped.
 *
 * @param source its source, where that is known
 * @param reason why it was dropped
 * @param place where it is
 * @param detail what exactly is wrong, for people
 * @param excerpt the record's beginning, at most {@link #EXCERPT} characters
 */
record BadRecord(String source, Reason reason, Place place, String detail, String excerpt)
    implements Outcome, Comparable<BadRecord> {
  static final String UNKNOWN_SOURCE = "(unknown)";
  static final int EXCERPT = 120;

  private static final Comparator<BadRecord> ORDER =
      Comparator.comparing(BadRecord::reason)
          .thenComparing(bad -> bad.place().path())
          .thenComparing(bad -> bad.place().position());

  /** By reason, then by place. */
  @Override
  public int compareTo(BadRecord other) {
    return ORDER.compare(this, other);
  }
}
