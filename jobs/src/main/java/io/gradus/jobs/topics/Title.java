package io.gradus.jobs.topics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.table.FieldPath;
import java.util.Optional;

/** What a document is called where only a line is room for it. */
final class Title {
  private static final int CODE_POINTS = 80;
  private static final JsonMapper MAPPER = new JsonMapper();

  private Title() {}

  /**
   * The document's title, or else its first words, on one line and cut to {@value #CODE_POINTS}
   * code points.
   *
   * @param meta the record's other fields, as JSON
   * @param field the one that holds the title
   */
  static String of(String text, Optional<String> meta, FieldPath field) {
    return meta.map(json -> title(json, field))
        .filter(title -> !title.isEmpty())
        .orElse(line(text));
  }

  private static String title(String json, FieldPath field) {
    try {
      return MAPPER.readTree(json) instanceof ObjectNode object
          ? line(text(field.find(object)))
          : "";
    } catch (JsonProcessingException notJson) {
      return "";
    }
  }

  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : "";
  }

  private static String line(String text) {
    // Room enough for the line even where the text has wide gaps.
    String beginning =
        text.length() > 16 * CODE_POINTS ? text.substring(0, 16 * CODE_POINTS) : text;
    String line = beginning.replaceAll("[\\s\\p{Z}\\p{Cc}]+", " ").strip();
    return line.codePointCount(0, line.length()) <= CODE_POINTS
        ? line
        : line.substring(0, line.offsetByCodePoints(0, CODE_POINTS - 1)).stripTrailing() + "…";
  }
}
