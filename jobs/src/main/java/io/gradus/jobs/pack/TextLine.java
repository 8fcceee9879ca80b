package io.gradus.jobs.pack;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.DocumentsTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.parquet.example.data.Group;

/**
 * A document as a line of JSON, its end included, made piece by piece: {@code id}, {@code
 * external_id} where there is one, {@code source}, {@code text}, {@code score}, {@code quantile}
 * where there is one, and {@code meta} where there is one.
 */
final class TextLine {
  /** The columns of the documents table that a line is made of, beside its text. */
  static final String[] COLUMNS = {
    DocumentsTable.DOC_ID, DocumentsTable.EXTERNAL_ID, DocumentsTable.META
  };

  private static final JsonFactory JSON = new JsonFactory();

  /** Bytes of the text that are escaped together. */
  private static final int STRETCH = 1 << 16;

  /** The longest escape, backslash, u and four digits, is of one byte. */
  private static final int MOST_ESCAPED = 6;

  private final DocumentPart part;
  private final Group document;
  private final ByteSource text;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final JsonGenerator json = JSON.createGenerator(line);
  private int next;
  private boolean ended;

  /**
   * Begins a line.
   *
   * @param document the columns {@link #COLUMNS}
   * @param text in UTF-8
   */
  TextLine(DocumentPart part, Group document, ByteSource text) throws IOException {
    this.part = part;
    this.document = document;
    this.text = text;
    json.writeStartObject();
    json.writeStringField("id", part.docId());
    if (has(DocumentsTable.EXTERNAL_ID)) {
      json.writeStringField("external_id", string(DocumentsTable.EXTERNAL_ID));
    }
    json.writeStringField("source", part.source());
    json.writeFieldName("text");
    json.writeRawValue("\"");
  }

  /** What is said of a document that has tokens only. */
  static UserMistake missing(DocumentPart part) {
    return new UserMistake(
        String.format(
            "pack.formats: jsonl holds texts, and document %s of source '%s' was ingested from"
                + " tokens without its text. Leave jsonl out, or name the text's field in"
                + " ingest.inputs.",
            part.docId(), part.source()));
  }

  /** At most so many bytes are in the line but for what is not text. */
  long mostTextBytes() {
    return (long) MOST_ESCAPED * text.length();
  }

  boolean hasNext() {
    return !ended || line.size() > 0;
  }

  /** The next bytes, which are more only by what a stretch of text makes. */
  byte[] next(long atLeast) throws IOException {
    while (!ended && line.size() < atLeast) {
      if (next < text.length()) {
        writeStretch();
      } else {
        writeEnd();
        ended = true;
      }
      json.flush();
    }
    byte[] bytes = line.toByteArray();
    line.reset();
    return bytes;
  }

  private void writeStretch() throws IOException {
    byte[] stretch = new byte[Math.min(STRETCH, text.length() - next)];
    text.copy(next, next + stretch.length, stretch, 0);
    int whole = next + stretch.length == text.length() ? stretch.length : wholeCharacters(stretch);
    next += whole;
    json.flush();
    writeEscaped(new String(stretch, 0, whole, StandardCharsets.UTF_8));
  }

  /** Bytes without a character that goes on after them. */
  private static int wholeCharacters(byte[] utf8) {
    int lead = utf8.length - 1;
    while ((utf8[lead] & 0xc0) == 0x80) {
      lead--;
    }
    int bytes = (utf8[lead] & 0x80) == 0 ? 1 : Integer.numberOfLeadingZeros(~(utf8[lead] << 24));
    return lead + bytes > utf8.length ? lead : utf8.length;
  }

  /** As the generator writes a string, without its quotation marks. */
  private void writeEscaped(String stretch) throws IOException {
    ByteArrayOutputStream escaped = new ByteArrayOutputStream(stretch.length() + 2);
    try (JsonGenerator quoted = JSON.createGenerator(escaped)) {
      quoted.writeString(stretch);
    }
    line.write(Arrays.copyOfRange(escaped.toByteArray(), 1, escaped.size() - 1));
  }

  private void writeEnd() throws IOException {
    json.writeRaw('"');
    json.writeNumberField("score", part.score());
    if (part.quantile() != null) {
      json.writeNumberField("quantile", part.quantile());
    }
    if (has(DocumentsTable.META)) {
      json.writeFieldName("meta");
      json.writeRawValue(string(DocumentsTable.META));
    }
    json.writeEndObject();
    json.writeRaw('\n');
    json.close();
  }

  private boolean has(String column) {
    return document.getFieldRepetitionCount(column) > 0;
  }

  private String string(String column) {
    return document.getBinary(column, 0).toStringUsingUTF8();
  }
}
