package io.gradus.jobs.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.configuration.Section;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * The first bad records of each reason, by path and position: bounded, and the same however the
 * records were shared out to tasks.
 */
final class BadRecordSample implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String FILE = "bad-records.jsonl";
  static final int LARGEST = 100;

  /** Escapes all but ASCII, so that no excerpt can play tricks on a terminal. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final EnumMap<Reason, TreeSet<BadRecord>> byReason = new EnumMap<>(Reason.class);

  void add(BadRecord bad) {
    TreeSet<BadRecord> sample = byReason.computeIfAbsent(bad.reason(), reason -> new TreeSet<>());
    sample.add(bad);
    if (sample.size() > LARGEST) {
      sample.pollLast();
    }
  }

  BadRecordSample merge(BadRecordSample other) {
    other.byReason.values().forEach(sample -> sample.forEach(this::add));
    return this;
  }

  boolean isEmpty() {
    return byReason.isEmpty();
  }

  /** At most {@link #LARGEST} in all, with the same share for each reason that occurs. */
  List<BadRecord> records() {
    List<BadRecord> records = new ArrayList<>();
    for (TreeSet<BadRecord> sample : byReason.values()) {
      sample.stream().limit(LARGEST / byReason.size()).forEach(records::add);
    }
    return records;
  }

  /** The first files of those in which something is bad for this reason. */
  List<String> files(Reason reason, int most) {
    return byReason.getOrDefault(reason, new TreeSet<>()).stream()
        .map(bad -> bad.place().path())
        .distinct()
        .limit(most)
        .toList();
  }

  /** One JSON object a line. */
  String toJsonLines() {
    StringBuilder lines = new StringBuilder();
    for (BadRecord bad : records()) {
      lines.append(toJson(bad)).append('\n');
    }
    return lines.toString();
  }

  /**
   * Reads {@link #toJsonLines}. What it kept of each reason is enough for any larger sample too:
   * more reasons make each one's share smaller.
   */
  static BadRecordSample ofJsonLines(String lines) {
    BadRecordSample sample = new BadRecordSample();
    for (String line : lines.lines().toList()) {
      try {
        JsonNode fields = MAPPER.readTree(line);
        sample.add(
            new BadRecord(
                fields.path("source").asText(),
                Reason.of(fields.path("reason").asText()),
                new Place(
                    fields.path("path").asText(),
                    fields.path("position").asLong(),
                    Place.Unit.valueOf(fields.path("unit").asText().toUpperCase(Locale.ROOT))),
                fields.path("detail").asText(),
                fields.path("excerpt").asText()));
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      }
    }
    return sample;
  }

  private static String toJson(BadRecord bad) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("reason", bad.reason().label());
    fields.put("path", bad.place().path());
    fields.put("position", bad.place().position());
    fields.put("unit", Section.name(bad.place().unit()));
    fields.put("source", bad.source());
    fields.put("detail", bad.detail());
    fields.put("excerpt", bad.excerpt());
    try {
      return MAPPER.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
