package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import java.io.Closeable;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;

/** The documents of one bucket, looked up in ascending order of their ids. */
final class BucketDocuments implements Closeable {
  private final ParquetRows.Reader rows;
  private final int tokenBytes;
  private final boolean withText;
  private String docId = "";
  private byte[] tokens = new byte[0];
  private Group document;
  private byte[] text = new byte[0];

  private BucketDocuments(ParquetRows.Reader rows, int tokenBytes, boolean withText) {
    this.rows = rows;
    this.tokenBytes = tokenBytes;
    this.withText = withText;
  }

  /** Opens a bucket for its tokens. */
  static BucketDocuments tokens(Configuration hadoop, Path file, int tokenBytes)
      throws IOException {
    return new BucketDocuments(
        ParquetRows.read(hadoop, file, DocumentsTable.DOC_ID, DocumentsTable.TOKENS),
        tokenBytes,
        false);
  }

  /** Opens a bucket for its tokens and its texts. */
  static BucketDocuments texts(Configuration hadoop, Path file, int tokenBytes) throws IOException {
    return new BucketDocuments(ParquetRows.read(hadoop, file, TextLine.COLUMNS), tokenBytes, true);
  }

  /**
   * Goes on to a document; the one that it is at may be asked for again.
   *
   * @throws IllegalStateException when there is no such document, or when it has another length
   */
  void find(DocumentPart part) throws IOException {
    while (docId.compareTo(part.docId()) < 0) {
      Optional<Group> row = rows.next();
      if (row.isEmpty()) {
        break;
      }
      docId =
          HexFormat.of().formatHex(row.get().getBinary(DocumentsTable.DOC_ID, 0).getBytesUnsafe());
      tokens = row.get().getBinary(DocumentsTable.TOKENS, 0).getBytesUnsafe();
      document = row.get();
    }
    if (!docId.equals(part.docId())) {
      throw missing(part);
    }
    if (tokens.length != (long) part.documentTokens() * tokenBytes) {
      throw new IllegalStateException(
          String.format(
              "Document %s at position %,d has %,d tokens in the order and %,d in the documents",
              docId, part.position(), part.documentTokens(), tokens.length / tokenBytes));
    }
    text = withText && part.first() == 0 ? TextLine.of(part, document) : new byte[0];
  }

  /** The tokens of the document that was found. */
  byte[] tokens() {
    return tokens;
  }

  /**
   * The {@link TextLine} of the document that was found, which goes with its first part; nothing
   * for others.
   */
  byte[] text() {
    return text;
  }

  static IllegalStateException missing(DocumentPart part) {
    return new IllegalStateException(
        String.format(
            "Document %s at position %,d of the order is not in the documents",
            part.docId(), part.position()));
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
