package io.gradus.jobs.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * A line of JSON with one very long string, which is taken out before the rest is parsed: a parser
 * makes several copies of a string, each of two bytes for a character.
 */
final class LongJson {
  /** Strings that are at least this long, in bytes, are taken out. */
  private static final int LONG = 1 << 19;

  /** Letters of escapes, and what they stand for. */
  private static final String ESCAPES = "\"\\/bfnrt";

  private static final String ESCAPED = "\"\\/\b\f\n\r\t";

  private static final int UNIT_LENGTH = "\\uffff".length();

  private final LongBytes line;
  private final int begin;
  private final int end;

  /** Stands for the string in the rest of the line, where nothing else is like it. */
  private final String mark = UUID.randomUUID().toString();

  private final ObjectNode rest;

  private LongJson(LongBytes line, int begin, int end) throws Rejected {
    this.line = line;
    this.begin = begin;
    this.end = end;
    String before = StrictUtf8.decode(line.toArray(0, begin));
    String after = StrictUtf8.decode(line.toArray(end, line.length()));
    this.rest = ExactJson.readObject(before + mark + after);
  }

  /**
   * Finds the long string of a line; nothing where there is none, or more than one, or the rest is
   * no object.
   */
  static Optional<LongJson> in(LongBytes line) {
    int begin = -1;
    int end = -1;
    int next = 0;
    while (next < line.length()) {
      if (line.get(next++) != '"') {
        continue;
      }
      int from = next;
      while (next < line.length() && line.get(next) != '"') {
        next += line.get(next) == '\\' ? 2 : 1;
      }
      int to = Math.min(next, line.length());
      if (to - from >= LONG) {
        if (begin >= 0) {
          return Optional.empty();
        }
        begin = from;
        end = to;
      }
      next++;
    }
    try {
      return begin < 0 ? Optional.empty() : Optional.of(new LongJson(line, begin, end));
    } catch (Rejected e) {
      return Optional.empty();
    }
  }

  /** The line's object with something in place of the string. */
  ObjectNode rest() {
    return rest;
  }

  /** Whether the string is at a value of {@link #rest}. */
  boolean isAt(JsonNode value) {
    return mark.equals(value.textValue());
  }

  /** Whether the string is one that JSON allows and UTF-8 can spell. */
  boolean isValid() {
    int next = begin;
    while (next >= 0 && next < end) {
      next = after(next);
    }
    return next >= 0 && StrictUtf8.isValid(line.stream(begin, end));
  }

  /** The string, which must be valid, in the memory of the line: nothing is left of that. */
  LongBytes takeString() {
    int length = 0;
    int next = begin;
    while (next < end) {
      int at = next;
      next = after(at);
      if (line.get(at) != '\\') {
        line.set(length++, line.get(at));
        continue;
      }
      for (byte each : Character.toString(escaped(at)).getBytes(StandardCharsets.UTF_8)) {
        line.set(length++, each);
      }
    }
    line.truncate(length);
    return line;
  }

  /** Where the byte or escape at an index ends, or -1 where it is none that is allowed. */
  private int after(int index) {
    byte first = line.get(index);
    if (first >= 0 && first < ' ') {
      return -1;
    }
    if (first != '\\') {
      return index + 1;
    }
    if (line.get(index + 1) != 'u') {
      return ESCAPES.indexOf(line.get(index + 1)) >= 0 ? index + 2 : -1;
    }
    int unit = unit(index);
    if (unit < 0 || Character.isLowSurrogate((char) unit)) {
      return -1;
    }
    int after = index + UNIT_LENGTH;
    if (!Character.isHighSurrogate((char) unit)) {
      return after;
    }
    int low = unit(after);
    return low >= 0 && Character.isLowSurrogate((char) low) ? after + UNIT_LENGTH : -1;
  }

  /** The character of a valid escape. */
  private int escaped(int index) {
    byte name = line.get(index + 1);
    if (name != 'u') {
      return ESCAPED.charAt(ESCAPES.indexOf(name));
    }
    char unit = (char) unit(index);
    return Character.isHighSurrogate(unit)
        ? Character.toCodePoint(unit, (char) unit(index + UNIT_LENGTH))
        : unit;
  }

  /** The code unit of an escape with hexadecimal digits, or -1 where there is none. */
  private int unit(int index) {
    if (index + UNIT_LENGTH > end || line.get(index) != '\\' || line.get(index + 1) != 'u') {
      return -1;
    }
    int unit = 0;
    for (int i = index + 2; i < index + UNIT_LENGTH; i++) {
      int digit = Character.digit(line.get(i), 16);
      if (digit < 0) {
        return -1;
      }
      unit = 16 * unit + digit;
    }
    return unit;
  }
}
