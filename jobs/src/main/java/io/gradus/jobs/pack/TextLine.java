package io.gradus.jobs.pack;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.DocumentsTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.parquet.example.data.Group;

/** A document as a line of JSON. */
final class TextLine {
  /** The columns of the documents table that a line is made of. */
  static final String[] COLUMNS = {
    DocumentsTable.DOC_ID,
    DocumentsTable.EXTERNAL_ID,
    DocumentsTable.TEXT,
    DocumentsTable.TOKENS,
    DocumentsTable.META
  };

  private static final JsonFactory JSON = new JsonFactory();

  private TextLine() {}

  /**
   * The line of a document, its end included: {@code id}, {@code external_id} where there is one,
   * {@code source}, {@code text}, {@code score}, {@code quantile} where there is one, and {@code
   * meta} where there is one.
   *
   * @throws UserMistake when the document has tokens only
   */
  static byte[] of(DocumentPart part, Group document) throws IOException {
    if (isEmpty(document, DocumentsTable.TEXT)) {
      throw new UserMistake(
          String.format(
              "pack.formats: jsonl holds texts, and document %s of source '%s' was ingested from"
                  + " tokens without its text. Leave jsonl out, or name the text's field in"
                  + " ingest.inputs.",
              part.docId(), part.source()));
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("id", part.docId());
      if (!isEmpty(document, DocumentsTable.EXTERNAL_ID)) {
        json.writeStringField("external_id", text(document, DocumentsTable.EXTERNAL_ID));
      }
      json.writeStringField("source", part.source());
      json.writeStringField("text", text(document, DocumentsTable.TEXT));
      json.writeNumberField("score", part.score());
      if (part.quantile() != null) {
        json.writeNumberField("quantile", part.quantile());
      }
      if (!isEmpty(document, DocumentsTable.META)) {
        json.writeFieldName("meta");
        json.writeRawValue(text(document, DocumentsTable.META));
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return line.toByteArray();
  }

  private static boolean isEmpty(Group document, String column) {
    return document.getFieldRepetitionCount(column) == 0;
  }

  private static String text(Group document, String column) {
    return document.getBinary(column, 0).toStringUsingUTF8();
  }
}
