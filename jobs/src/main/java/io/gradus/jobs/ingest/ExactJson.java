package io.gradus.jobs.ingest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.table.LongTexts;
import java.io.UncheckedIOException;

/** JSON as ingest reads and writes it: numbers keep their digits, keys come out sorted. */
final class ExactJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(LongTexts.json())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private ExactJson() {}

  static ObjectNode newObject() {
    return MAPPER.createObjectNode();
  }

  static ObjectNode readObject(String json) throws Rejected {
    JsonNode node;
    try {
      node = MAPPER.readTree(json);
    } catch (MismatchedInputException e) {
      throw new Rejected(Reason.MALFORMED_JSON, "more than one value on the line");
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      String where = location == null ? "" : " at character " + location.getCharOffset();
      throw new Rejected(Reason.MALFORMED_JSON, e.getOriginalMessage() + where);
    }
    if (!(node instanceof ObjectNode object)) {
      throw new Rejected(Reason.NOT_AN_OBJECT, "JSON, but not an object");
    }
    return object;
  }

  /**
   * Compact, with sorted keys at every level. Half of a surrogate pair, which JSON can spell and
   * UTF-8 cannot, stays spelt out as an escape.
   *
   * @return null for an object without fields
   */
  static String write(ObjectNode object) {
    if (object.isEmpty()) {
      return null;
    }
    try {
      return escapeUnpairedSurrogates(MAPPER.writeValueAsString(object));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String escapeUnpairedSurrogates(String json) {
    StringBuilder escaped = null;
    int copied = 0;
    for (int i = 0; i < json.length(); i++) {
      char unit = json.charAt(i);
      if (!Character.isSurrogate(unit)) {
        continue;
      }
      if (i + 1 < json.length() && Character.isSurrogatePair(unit, json.charAt(i + 1))) {
        i++;
        continue;
      }
      if (escaped == null) {
        escaped = new StringBuilder(json.length() + 16);
      }
      escaped.append(json, copied, i).append(String.format("\\u%04x", (int) unit));
      copied = i + 1;
    }
    return escaped == null ? json : escaped.append(json, copied, json.length()).toString();
  }
}
