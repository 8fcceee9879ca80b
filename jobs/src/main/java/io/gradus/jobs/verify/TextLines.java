package io.gradus.jobs.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.LongTexts;
import io.gradus.common.workspace.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Documents as lines of JSON. A text is digested as it comes, since it may be long; Jackson reads
 * the line without it.
 */
final class TextLines {
  private static final JsonMapper JSON =
      JsonMapper.builder(LongTexts.json())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String TEXT = "text";
  private static final int BUFFER = 1 << 16;
  private static final int HEX_DIGITS = 4;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int next;
  private int end;

  /** The line but for what its text holds. */
  private final ByteArrayOutputStream rest = new ByteArrayOutputStream();

  private final MessageDigest digest = Fingerprint.newSha256();

  /** Reads lines of UTF-8. */
  TextLines(InputStream in) {
    this.in = in;
  }

  /**
   * What a line says of its document.
   *
   * @param docId the id it gives, in hexadecimal
   * @param textId the id that a document of its text has, or nothing where there is no text
   */
  record Line(String docId, String source, String textId) {}

  /**
   * The next line, or nothing at the end.
   *
   * @throws IOException when it is no JSON object, or the file is damaged
   */
  Optional<Line> next() throws IOException {
    if (next == end && !fill()) {
      return Optional.empty();
    }
    rest.reset();
    String textId = "";
    boolean isText = false;
    boolean textFollows = false;
    int depth = 0;
    for (int read = read(); read >= 0 && read != '\n'; read = read()) {
      rest.write(read);
      switch (read) {
        case '{', '[' -> depth++;
        case '}', ']' -> depth--;
        case ':' -> textFollows = depth == 1 && isText;
        case ',' -> textFollows = false;
        case '"' -> {
          if (textFollows && depth == 1) {
            digestText();
            rest.write('"');
            textId = idOfText();
          } else {
            isText = copyString();
          }
        }
        default -> {
          // A number, a word or a space: Jackson looks at it.
        }
      }
    }
    JsonNode line = withoutText();
    return Optional.of(new Line(line.path("id").asText(), line.path("source").asText(), textId));
  }

  private JsonNode withoutText() throws IOException {
    JsonNode line;
    try {
      line = JSON.readTree(rest.toByteArray());
    } catch (JsonProcessingException e) {
      throw new IOException(e.getOriginalMessage(), e);
    }
    if (!line.isObject()) {
      throw new IOException("it is no JSON object");
    }
    return line;
  }

  private String idOfText() {
    return HexFormat.of().formatHex(digest.digest(), 0, DocumentsTable.DOC_ID_BYTES);
  }

  /** Copies a string to its end, whatever it holds; returns whether it is {@link #TEXT}. */
  private boolean copyString() throws IOException {
    int length = 0;
    int alike = 0;
    int read;
    do {
      read = readWithin();
      rest.write(read);
      if (length < TEXT.length() && read == TEXT.charAt(length)) {
        alike++;
      }
      length++;
      if (read == '\\') {
        rest.write(readWithin());
      }
    } while (read != '"');
    return alike == TEXT.length() && length == TEXT.length() + 1;
  }

  private void digestText() throws IOException {
    while (true) {
      int begin = next;
      while (next < end && isPlain(buffer[next])) {
        next++;
      }
      digest.update(buffer, begin, next - begin);
      if (next == end) {
        fillWithin();
        continue;
      }
      switch (buffer[next++]) {
        case '"' -> {
          return;
        }
        case '\\' -> digestEscape();
        default -> throw new IOException("a text has a control character");
      }
    }
  }

  /** Whether a byte stands for itself in a string. */
  private static boolean isPlain(byte one) {
    return one < 0 || (one >= ' ' && one != '"' && one != '\\');
  }

  private void digestEscape() throws IOException {
    int escaped = readWithin();
    switch (escaped) {
      case '"', '\\', '/' -> digest.update((byte) escaped);
      case 'b' -> digest.update((byte) '\b');
      case 'f' -> digest.update((byte) '\f');
      case 'n' -> digest.update((byte) '\n');
      case 'r' -> digest.update((byte) '\r');
      case 't' -> digest.update((byte) '\t');
      case 'u' -> digest.update(spelt().getBytes(StandardCharsets.UTF_8));
      default -> throw new IOException("a text has an unknown escape");
    }
  }

  /** The character whose code follows, which takes a second escape where it is beyond 16 bits. */
  private String spelt() throws IOException {
    char unit = unit();
    if (!Character.isSurrogate(unit)) {
      return String.valueOf(unit);
    }
    if (readWithin() == '\\' && readWithin() == 'u') {
      char low = unit();
      if (Character.isSurrogatePair(unit, low)) {
        return String.valueOf(new char[] {unit, low});
      }
    }
    throw new IOException("a text has half of a surrogate pair");
  }

  private char unit() throws IOException {
    int unit = 0;
    for (int i = 0; i < HEX_DIGITS; i++) {
      int digit = Character.digit(readWithin(), 16);
      if (digit < 0) {
        throw new IOException("a text has an escape without four digits");
      }
      unit = unit << 4 | digit;
    }
    return (char) unit;
  }

  /** The next byte, or -1 at the end. */
  private int read() throws IOException {
    return next < end || fill() ? buffer[next++] & 0xff : -1;
  }

  private int readWithin() throws IOException {
    if (next == end) {
      fillWithin();
    }
    return buffer[next++] & 0xff;
  }

  private void fillWithin() throws IOException {
    if (!fill()) {
      throw new EOFException("it ends within a string");
    }
  }

  private boolean fill() throws IOException {
    next = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }
}
