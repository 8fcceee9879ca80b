package io.gradus.jobs.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files that a documents table was made of, as its folder keeps them in {@code
 * input-files.jsonl}: one line a file with {@code path}, {@code length}, {@code modified}, {@code
 * reading} and whether it was new then.
 */
final class InputList {
  static final String FILE = "input-files.jsonl";

  private static final JsonMapper MAPPER = new JsonMapper();

  /**
   * A file and how it was read.
   *
   * @param reading digest of its input's settings and of what else its records depend on
   */
  record Entry(String path, long length, long modified, String reading) {
    static Entry of(InputFile file, IngestConfig config) {
      String settings =
          Json.write(
              List.of(
                  config.inputs().get(file.input()),
                  // Only what a text file's documents are named by: a glob that matches one more
                  // folder starts relative paths elsewhere.
                  file.format() == IngestConfig.Format.TEXT ? file.relativePath() : "",
                  file.format(),
                  file.compression()));
      return new Entry(
          file.path(),
          file.length(),
          file.modified(),
          Fingerprint.sha256(settings.getBytes(StandardCharsets.UTF_8)).substring(0, 16));
    }
  }

  private InputList() {}

  static String write(List<InputFile> files, List<InputFile> added, IngestConfig config) {
    Set<InputFile> news = new HashSet<>(added);
    StringBuilder lines = new StringBuilder();
    for (InputFile file : files) {
      Entry entry = Entry.of(file, config);
      ObjectNode line = MAPPER.createObjectNode();
      line.put("path", entry.path());
      line.put("length", entry.length());
      line.put("modified", entry.modified());
      line.put("reading", entry.reading());
      line.put("new", news.contains(file));
      lines.append(line).append('\n');
    }
    return lines.toString();
  }

  static List<Entry> read(String lines) {
    List<Entry> entries = new ArrayList<>();
    try {
      for (String line : lines.lines().toList()) {
        JsonNode file = MAPPER.readTree(line);
        entries.add(
            new Entry(
                file.path("path").asText(),
                file.path("length").asLong(),
                file.path("modified").asLong(),
                file.path("reading").asText()));
      }
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  /**
   * What today's files are beside earlier ones.
   *
   * @param added files that are new
   * @param missing earlier files that are not among today's as they were, by path; each counts once
   *     however often it was read
   */
  record Difference(List<InputFile> added, List<String> missing) {}

  /** Compares today's files with earlier ones; a file that two inputs name counts twice. */
  static Difference compare(List<Entry> earlier, List<InputFile> today, IngestConfig config) {
    Map<Entry, Integer> left = new HashMap<>();
    earlier.forEach(entry -> left.merge(entry, 1, Integer::sum));
    List<InputFile> added = new ArrayList<>();
    for (InputFile file : today) {
      Entry entry = Entry.of(file, config);
      if (left.getOrDefault(entry, 0) > 0) {
        left.merge(entry, -1, Integer::sum);
      } else {
        added.add(file);
      }
    }
    List<String> missing =
        earlier.stream()
            .filter(entry -> left.get(entry) > 0)
            .map(Entry::path)
            .distinct()
            .sorted()
            .toList();
    return new Difference(added, missing);
  }
}
