package io.gradus.jobs.topics;

import io.gradus.common.table.DocumentsTable;
import java.util.Optional;
import org.apache.parquet.example.data.Group;

/** The columns of the documents table that may be missing. */
final class DocumentRow {
  private DocumentRow() {}

  /** The text, where the document has one. */
  static Optional<String> text(Group row) {
    return value(row, DocumentsTable.TEXT);
  }

  /** The record's other fields, as JSON. */
  static Optional<String> meta(Group row) {
    return value(row, DocumentsTable.META);
  }

  private static Optional<String> value(Group row, String column) {
    // A corpus of tokens only may come without the column of text.
    return row.getType().containsField(column) && row.getFieldRepetitionCount(column) > 0
        ? Optional.of(row.getString(column, 0))
        : Optional.empty();
  }
}
