package io.gradus.jobs.ingest;

import java.io.Serializable;

/**
 * What became of the records of one source.
 *
 * @param records records read: documents + duplicates + dropped
 * @param documents distinct documents, the table's rows
 * @param duplicates valid records whose content another record has, in whatever source
 * @param dropped bad records
 * @param bytes the sum of the documents' {@code n_bytes}
 * @param tokens the sum of the documents' {@code n_tokens}
 */
public record SourceCounts(
    long records, long documents, long duplicates, long dropped, long bytes, long tokens)
    implements Serializable {
  static final SourceCounts NONE = new SourceCounts(0, 0, 0, 0, 0, 0);

  static SourceCounts ofRecord() {
    return new SourceCounts(1, 0, 0, 0, 0, 0);
  }

  static SourceCounts ofBadRecord() {
    return new SourceCounts(1, 0, 0, 1, 0, 0);
  }

  static SourceCounts ofDuplicate() {
    return new SourceCounts(0, 0, 1, 0, 0, 0);
  }

  static SourceCounts ofDocument(long bytes, long tokens) {
    return new SourceCounts(0, 1, 0, 0, bytes, tokens);
  }

  /** That a document gives its place to another record of the same content. */
  static SourceCounts ofReplaced(long bytes, long tokens) {
    return new SourceCounts(0, -1, 1, 0, -bytes, -tokens);
  }

  /** What the first reading of the input counts. */
  SourceCounts ofReading() {
    return new SourceCounts(records, 0, 0, dropped, 0, 0);
  }

  /** What the writing of the table counts. */
  SourceCounts ofWriting() {
    return new SourceCounts(0, documents, duplicates, 0, bytes, tokens);
  }

  SourceCounts plus(SourceCounts other) {
    return new SourceCounts(
        records + other.records,
        documents + other.documents,
        duplicates + other.duplicates,
        dropped + other.dropped,
        bytes + other.bytes,
        tokens + other.tokens);
  }
}
