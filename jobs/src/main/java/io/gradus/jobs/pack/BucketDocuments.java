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

/**
 * The documents of one bucket, looked up in ascending order of their ids. Tokens and text of a long
 * document are never in memory as a whole.
 */
final class BucketDocuments implements Closeable {
  private final ParquetRows.Reader rows;
  private final BinaryColumn tokens;
  private final int tokenBytes;

  /** Null where texts are not wanted. */
  private final BinaryColumn text;

  private String docId = "";
  private Group document;

  private BucketDocuments(
      ParquetRows.Reader rows, BinaryColumn tokens, BinaryColumn text, int tokenBytes) {
    this.rows = rows;
    this.tokens = tokens;
    this.text = text;
    this.tokenBytes = tokenBytes;
  }

  /** Opens a bucket for its tokens. */
  static BucketDocuments tokens(Configuration hadoop, Path file, int tokenBytes)
      throws IOException {
    return new BucketDocuments(
        ParquetRows.read(hadoop, file, DocumentsTable.DOC_ID),
        BinaryColumn.open(hadoop, file, DocumentsTable.TOKENS),
        null,
        tokenBytes);
  }

  /** Opens a bucket for its tokens and its texts. */
  static BucketDocuments texts(Configuration hadoop, Path file, int tokenBytes) throws IOException {
    return new BucketDocuments(
        ParquetRows.read(hadoop, file, TextLine.COLUMNS),
        BinaryColumn.open(hadoop, file, DocumentsTable.TOKENS),
        BinaryColumn.open(hadoop, file, DocumentsTable.TEXT),
        tokenBytes);
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
      document = row.get();
      tokens.next();
      if (text != null) {
        text.next();
      }
    }
    if (!docId.equals(part.docId())) {
      throw missing(part);
    }
    if (tokens.length() != (long) part.documentTokens() * tokenBytes) {
      throw new IllegalStateException(
          String.format(
              "Document %s at position %,d has %,d tokens in the order and %,d in the documents",
              docId, part.position(), part.documentTokens(), tokens.length() / tokenBytes));
    }
  }

  /** The tokens of the document that was found. */
  ByteSource tokens() {
    return tokens;
  }

  /** The document that was found as a line of JSON. */
  TextLine line(DocumentPart part) throws IOException {
    if (text.isNull()) {
      throw TextLine.missing(part);
    }
    return new TextLine(part, document, text);
  }

  static IllegalStateException missing(DocumentPart part) {
    return new IllegalStateException(
        String.format(
            "Document %s at position %,d of the order is not in the documents",
            part.docId(), part.position()));
  }

  @Override
  public void close() throws IOException {
    try (rows;
        tokens) {
      if (text != null) {
        text.close();
      }
    }
  }
}
