package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import java.io.Closeable;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.parquet.example.data.Group;

/** The documents of one bucket, looked up in ascending order of their ids. */
final class BucketDocuments implements Closeable {
  private final ParquetRows.Reader rows;
  private final int tokenBytes;
  private String docId = "";
  private byte[] tokens = new byte[0];

  BucketDocuments(ParquetRows.Reader rows, int tokenBytes) {
    this.rows = rows;
    this.tokenBytes = tokenBytes;
  }

  /**
   * The tokens of a document; one that was just asked for may be asked for again.
   *
   * @throws IllegalStateException when there is no such document, or when it has another length
   */
  byte[] tokens(OrderedDocument document) throws IOException {
    while (docId.compareTo(document.docId()) < 0) {
      Optional<Group> row = rows.next();
      if (row.isEmpty()) {
        break;
      }
      docId =
          HexFormat.of().formatHex(row.get().getBinary(DocumentsTable.DOC_ID, 0).getBytesUnsafe());
      tokens = row.get().getBinary(DocumentsTable.TOKENS, 0).getBytesUnsafe();
    }
    if (!docId.equals(document.docId())) {
      throw missing(document);
    }
    if (tokens.length != (long) document.tokens() * tokenBytes) {
      throw new IllegalStateException(
          String.format(
              "Document %s at position %,d has %,d tokens in the order and %,d in the documents",
              docId, document.position(), document.tokens(), tokens.length / tokenBytes));
    }
    return tokens;
  }

  static IllegalStateException missing(OrderedDocument document) {
    return new IllegalStateException(
        String.format(
            "Document %s at position %,d of the order is not in the documents",
            document.docId(), document.position()));
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
