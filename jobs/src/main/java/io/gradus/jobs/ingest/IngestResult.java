package io.gradus.jobs.ingest;

import io.gradus.common.table.DocumentsTable;
import java.util.Map;

/**
 * What became of every record: {@code records = table.rows + duplicates + sum of dropped}.
 *
 * @param table the documents table
 * @param inputFiles files read
 * @param inputBytes their bytes as they lie in storage
 * @param records records read, good and bad
 * @param duplicates valid records whose content another record has
 * @param dropped bad records by reason, such as {@code malformed-json}
 * @param sources the same counts by source
 */
public record IngestResult(
    DocumentsTable table,
    int inputFiles,
    long inputBytes,
    long records,
    long duplicates,
    Map<String, Long> dropped,
    Map<String, SourceCounts> sources) {

  public IngestResult {
    dropped = Map.copyOf(dropped);
    sources = Map.copyOf(sources);
  }
}
