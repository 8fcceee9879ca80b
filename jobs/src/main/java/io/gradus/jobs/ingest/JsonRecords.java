package io.gradus.jobs.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.table.FieldPath;
import io.gradus.jobs.ingest.IngestConfig.Input;
import java.util.Optional;

/** Makes documents of JSON objects, by the field names of one input. */
final class JsonRecords {
  private final Input input;
  private final FieldPath sourceField;
  private final FieldPath textField;
  private final FieldPath idField;
  private final FieldPath tokensField;
  private final DocumentRules rules;

  JsonRecords(Input input, DocumentRules rules) {
    this.input = input;
    this.sourceField = new FieldPath(input.sourceField());
    this.textField = new FieldPath(input.textField());
    this.idField = new FieldPath(input.idField());
    this.tokensField = new FieldPath(input.tokensField());
    this.rules = rules;
  }

  /** The document that one line of UTF-8 holds, or what is wrong with it. */
  Outcome read(LongBytes line, Place place) {
    String source = input.hasSourceField() ? BadRecord.UNKNOWN_SOURCE : input.source();
    LongJson apart = line.areMany() ? takeApart(line).orElse(null) : null;
    // Nothing is left of a line whose text is taken out.
    String excerpt = apart == null ? "" : Excerpt.of(line);
    try {
      ObjectNode object =
          apart == null ? ExactJson.readObject(StrictUtf8.decode(line.toArray())) : apart.rest();
      if (input.hasSourceField()) {
        String named = scalar(sourceField.find(object));
        source = named == null ? source : named;
      }
      return document(object, apart);
    } catch (Rejected e) {
      return new BadRecord(
          source, e.reason(), place, e.getMessage(), apart == null ? Excerpt.of(line) : excerpt);
    }
  }

  /** Takes a line apart if it is right so far as that shows, and its long string is the text. */
  private Optional<LongJson> takeApart(LongBytes line) {
    return LongJson.in(line)
        .filter(apart -> apart.isAt(textField.find(apart.rest())))
        .filter(apart -> !apart.isAt(idField.find(apart.rest())))
        .filter(apart -> !apart.isAt(sourceField.find(apart.rest())))
        .filter(LongJson::isValid);
  }

  /**
   * The document of a line.
   *
   * @param apart null where the object has all that the line has
   */
  private Document document(ObjectNode object, LongJson apart) throws Rejected {
    String text = text(textField.find(object));
    String externalId = scalar(idField.find(object));
    String source = input.hasSourceField() ? scalar(sourceField.find(object)) : input.source();
    int[] tokens = tokens(tokensField.find(object));
    textField.remove(object);
    tokensField.remove(object);
    sourceField.remove(object);
    if (externalId != null) {
      idField.remove(object);
    }
    String meta = ExactJson.write(object);
    return apart == null
        ? rules.document(source, externalId, text, tokens, meta)
        : rules.document(source, externalId, apart.takeString(), tokens, meta);
  }

  private static String text(JsonNode node) throws Rejected {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isTextual()) {
      throw new Rejected(
          Reason.TEXT_NOT_A_STRING, "the text field holds " + node.getNodeType() + ", not text");
    }
    return node.textValue();
  }

  /** A single value as text; null where there is none. */
  private static String scalar(JsonNode node) {
    return node.isValueNode() && !node.isNull() ? node.asText() : null;
  }

  private static int[] tokens(JsonNode node) throws Rejected {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isArray()) {
      throw new Rejected(Reason.BAD_TOKENS, "the tokens are " + node.getNodeType() + ", no list");
    }
    int[] tokens = new int[node.size()];
    for (int i = 0; i < tokens.length; i++) {
      JsonNode token = node.get(i);
      if (!token.isIntegralNumber() || !token.canConvertToInt()) {
        throw new Rejected(Reason.BAD_TOKENS, "token number " + i + " is no 32-bit whole number");
      }
      tokens[i] = token.intValue();
    }
    return tokens;
  }
}
