package io.gradus.jobs.ingest;

import io.gradus.common.table.DocumentsTable;
import java.util.List;
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
 * @param validBytes bytes of text of all valid records, duplicates among them
 * @param newData what of it an earlier documents table did not hold
 */
public record IngestResult(
    DocumentsTable table,
    int inputFiles,
    long inputBytes,
    long records,
    long duplicates,
    Map<String, Long> dropped,
    Map<String, SourceCounts> sources,
    long validBytes,
    NewData newData) {

  /**
   * What is new beside an earlier documents table. The ids of the new documents are in {@code
   * new-documents/}, one file for each bucket that has any; without an earlier table there are no
   * such files, since all are new.
   *
   * @param earlier fingerprint of the earlier table; empty where all files were read
   * @param why all files were read; empty where there was no earlier table
   * @param files new files
   * @param paths the first of them, at most {@link #NAMED}; all are in {@code input-files.jsonl}
   * @param bytes of the new files as they lie in storage
   * @param records in the new files, good and bad
   * @param documents whose content is new
   * @param replaced rows of the earlier table whose place an equal text with a smaller source, id
   *     or other fields took
   */
  public record NewData(
      String earlier,
      String why,
      int files,
      List<String> paths,
      long bytes,
      long records,
      long documents,
      long replaced) {
    static final int NAMED = 100;

    public NewData {
      paths = List.copyOf(paths);
    }
  }

  public IngestResult {
    dropped = Map.copyOf(dropped);
    sources = Map.copyOf(sources);
  }
}
