package io.gradus.jobs.rate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.table.FieldPath;
import io.gradus.common.table.LongTexts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Takes scores that the corpus already carries from the record's other fields: numbers as they
 * stand, text that spells a decimal number, and true and false as 1 and 0. They are not rounded,
 * since no processor had a part in them.
 */
final class ColumnRater implements ImmediateRater {
  /** What ingest let through is not refused here. */
  private static final JsonMapper MAPPER = new JsonMapper(LongTexts.json());

  /** Without hexadecimal digits, type letters and names, which Double.parseDouble would take. */
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d++(\\.\\d*+)?|\\.\\d++)([eE][+-]?\\d++)?");

  private static final int SHOWN_CHARACTERS = 60;

  private final List<String> criteria;
  private final List<FieldPath> paths;

  /**
   * Prepares the reading.
   *
   * @param columns by criterion, a field of the record's other fields
   */
  ColumnRater(Map<String, String> columns) {
    Map<String, String> sorted = new TreeMap<>(columns);
    this.criteria = List.copyOf(sorted.keySet());
    this.paths = sorted.values().stream().map(FieldPath::new).toList();
  }

  @Override
  public List<String> criteria() {
    return criteria;
  }

  @Override
  public List<Rating> rate(List<RatedDocument> documents) {
    return documents.stream().map(this::rate).toList();
  }

  private Rating rate(RatedDocument document) {
    JsonNode fields;
    try {
      fields = MAPPER.readTree(document.meta().orElse("{}"));
    } catch (JsonProcessingException e) {
      return Rating.missing(paths.size(), Rating.Failure.BAD_META, e.getOriginalMessage());
    }
    return fields instanceof ObjectNode object
        ? rate(object)
        : Rating.missing(paths.size(), Rating.Failure.BAD_META, "JSON, but not an object");
  }

  private Rating rate(ObjectNode fields) {
    double[] scores = new double[paths.size()];
    Arrays.fill(scores, Double.NaN);
    List<Rating.Failure> failures = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      FieldPath path = paths.get(i);
      JsonNode value = path.find(fields);
      OptionalDouble number = number(value);
      if (number.isPresent()) {
        scores[i] = number.getAsDouble();
      } else if (value.isMissingNode() || value.isNull()) {
        failures.add(
            new Rating.Failure(
                Rating.Failure.NO_VALUE,
                "no value at '" + path.dotted() + "'" + (value.isNull() ? ": null" : "")));
      } else {
        failures.add(
            new Rating.Failure(
                Rating.Failure.NOT_A_NUMBER, path.dotted() + " = " + shown(value.toString())));
      }
    }
    return failures.isEmpty() ? Rating.given(scores) : Rating.givenInPart(scores, failures.get(0));
  }

  private static OptionalDouble number(JsonNode value) {
    double number =
        switch (value.getNodeType()) {
          case NUMBER -> value.doubleValue();
          case BOOLEAN -> value.booleanValue() ? 1 : 0;
          case STRING -> parse(value.textValue().strip());
          default -> Double.NaN;
        };
    return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
  }

  private static double parse(String text) {
    return DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
  }

  private static String shown(String value) {
    return value.length() > SHOWN_CHARACTERS ? value.substring(0, SHOWN_CHARACTERS) + "..." : value;
  }
}
